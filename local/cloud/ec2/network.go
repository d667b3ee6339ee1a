// Package ec2 is Amazon EC2 and the VPC: a declared network that is mapped to loopback
// addresses, its interfaces and security groups, endpoints behind them, launch templates
// and instances.
package ec2

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

// Network maps the declared VPC to loopback addresses: an interface with the
// private address 10.0.17.5 is 127.B.17.5 here, where 127.B.0.0/16 belongs to
// this cloud alone. It knows the security groups, and enforces them where a
// connection's source is known.
type Network struct {
	host      *host.Host
	subnets   *aws.Records[Subnet]
	ingress   *aws.Records[SecurityGroupRule]
	egress    *aws.Records[SecurityGroupRule]
	endpoints vpcEndpoints
	lost      lostMachines

	mu         sync.RWMutex
	interfaces map[netip.Addr]*Interface // by loopback address
}

// Interface is an elastic network interface: an address in a subnet, and
// the security groups it has.
type Interface struct {
	Owner   string     // who has it, for people: "i-0abc", "load balancer web"
	private netip.Addr // as declared, 10.0.17.5
	Local   netip.Addr // on this machine, 127.B.17.5
	Subnet  string
	Zone    string
	groups  []string
}

// OwnerOf says who has an interface; nil stands for the internet.
func OwnerOf(i *Interface) string {
	if i == nil {
		return "outside the VPC"
	}
	return i.Owner
}

// NewNetwork returns a network without subnets.
func NewNetwork(h *host.Host) *Network {
	return &Network{
		host:       h,
		subnets:    aws.NewRecords[Subnet]("subnet"),
		ingress:    aws.NewRecords[SecurityGroupRule]("ingress rule"),
		egress:     aws.NewRecords[SecurityGroupRule]("egress rule"),
		endpoints:  vpcEndpoints{aws.NewRecords[VPCEndpoint]("VPC endpoint")},
		interfaces: map[netip.Addr]*Interface{},
	}
}

// toLocal returns the loopback address that stands for a private one.
func (n *Network) toLocal(private netip.Addr) netip.Addr {
	b := private.As4()
	return n.host.Loopback.Address(b[2], b[3])
}

// Attach gives owner a new interface in a subnet. AWS keeps the first four
// addresses of every subnet for itself.
func (n *Network) Attach(owner, subnetID string, groups []string) (*Interface, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	subnet, err := n.subnets.Get(subnetID)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", owner, err)
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
		i := &Interface{owner, private, local, subnetID, subnet.AvailabilityZone, slices.Clone(groups)}
		n.interfaces[local] = i
		return i, nil
	}
	return nil, fmt.Errorf("%s: subnet %s (%s) has no free address", owner, subnetID, subnet.CidrBlock)
}

// Detach frees the interface's address. Nil is no error.
func (n *Network) Detach(i *Interface) {
	if i == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.interfaces, i.Local)
}

// SetGroups changes the security groups of an interface.
func (n *Network) SetGroups(i *Interface, groups []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	i.groups = slices.Clone(groups)
}

// Source returns the interface that a connection comes from, or nil when it
// comes from outside the VPC.
func (n *Network) Source(conn net.Conn) *Interface {
	address, ok := conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return nil
	}
	local := address.AddrPort().Addr().Unmap()
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.interfaces[local]
}

// Dial connects from an interface to another one's port, if the security groups
// of both let it through.
func (n *Network) Dial(ctx context.Context, from, to *Interface, port int) (net.Conn, error) {
	if !n.permits(from, to, port) {
		return nil, fmt.Errorf("%w: %s to %s port %d", ErrRefused, from.Owner, to.Owner, port)
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from.Local.AsSlice()}}
	return d.DialContext(ctx, "tcp4", netip.AddrPortFrom(to.Local, uint16(port)).String())
}
