package cloud

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// network maps the declared VPC to loopback addresses: an interface with the
// private address 10.0.17.5 is 127.B.17.5 here, where 127.B.0.0/16 belongs to
// this cloud alone. It knows the security groups, and enforces them where a
// connection's source is known.
type network struct {
	host      *host.Host
	endpoints vpcEndpoints

	mu         sync.RWMutex
	subnets    map[string]Subnet
	rules      map[string]rule
	interfaces map[netip.Addr]*networkInterface // by loopback address
}

// networkInterface is an elastic network interface: an address in a subnet, and
// the security groups it has.
type networkInterface struct {
	owner   string     // who has it, for people: "i-0abc", "load balancer web"
	private netip.Addr // as declared, 10.0.17.5
	local   netip.Addr // on this machine, 127.B.17.5
	subnet  string
	zone    string
	groups  []string
}

// ownerOf says who has an interface; nil stands for the internet.
func ownerOf(i *networkInterface) string {
	if i == nil {
		return "outside the VPC"
	}
	return i.owner
}

func newNetwork(h *host.Host) *network {
	return &network{
		host:       h,
		subnets:    map[string]Subnet{},
		rules:      map[string]rule{},
		endpoints:  vpcEndpoints{aws.NewRecords[VPCEndpoint]("VPC endpoint")},
		interfaces: map[netip.Addr]*networkInterface{},
	}
}

// toLocal returns the loopback address that stands for a private one.
func (n *network) toLocal(private netip.Addr) netip.Addr {
	b := private.As4()
	return n.host.Loopback.Address(b[2], b[3])
}

// attach gives owner a new interface in a subnet. AWS keeps the first four
// addresses of every subnet for itself.
func (n *network) attach(owner, subnetID string, groups []string) (*networkInterface, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	subnet, ok := n.subnets[subnetID]
	if !ok {
		return nil, fmt.Errorf("%s: no subnet %q", owner, subnetID)
	}
	prefix, err := netip.ParsePrefix(subnet.CidrBlock)
	if err != nil {
		return nil, fmt.Errorf("subnet %s: %w", subnetID, err)
	}
	private := prefix.Addr()
	for range 4 {
		private = private.Next()
	}
	for ; prefix.Contains(private); private = private.Next() {
		local := n.toLocal(private)
		if _, taken := n.interfaces[local]; taken {
			continue
		}
		i := &networkInterface{owner, private, local, subnetID, subnet.AvailabilityZone, slices.Clone(groups)}
		n.interfaces[local] = i
		return i, nil
	}
	return nil, fmt.Errorf("%s: subnet %s (%s) has no free address", owner, subnetID, subnet.CidrBlock)
}

// detach frees the interface's address. Nil is no error.
func (n *network) detach(i *networkInterface) {
	if i == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.interfaces, i.local)
}

// setGroups changes the security groups of an interface.
func (n *network) setGroups(i *networkInterface, groups []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	i.groups = slices.Clone(groups)
}

// source returns the interface that a connection comes from, or nil when it
// comes from outside the VPC.
func (n *network) source(conn net.Conn) *networkInterface {
	address, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return nil
	}
	local := address.AddrPort().Addr().Unmap()
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.interfaces[local]
}

// dial connects from an interface to another one's port, if the security groups
// of both let it through.
func (n *network) dial(ctx context.Context, from, to *networkInterface, port int) (net.Conn, error) {
	if !n.permits(from, to, port) {
		return nil, fmt.Errorf("%w: %s to %s port %d", errRefused, from.owner, to.owner, port)
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from.local.AsSlice()}}
	return d.DialContext(ctx, "tcp4", netip.AddrPortFrom(to.local, uint16(port)).String())
}
