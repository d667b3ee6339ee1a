package cloud

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
)

// The part of 127.0.0.0/8 that clouds choose their /16 from: 127.0 and 127.1 are
// used by other programs.
const firstBlock, lastBlock = 16, 250

// network maps the declared VPC to loopback addresses: an interface with the
// private address 10.0.17.5 is 127.B.17.5 here, where 127.B.0.0/16 belongs to
// this cloud alone.
type network struct {
	block byte
	lock  net.Listener // held for as long as the block is ours

	nodePorts atomic.Int32 // how many nodes have been given one

	mu         sync.RWMutex
	subnets    map[string]Subnet
	rules      map[string]rule
	interfaces map[netip.Addr]*networkInterface // by loopback address
}

// networkInterface is an elastic network interface: an address in a subnet, and
// the security groups it wears.
type networkInterface struct {
	owner   string     // who has it, for people: "i-0abc", "load balancer web"
	private netip.Addr // as declared, 10.0.17.5
	local   netip.Addr // on this machine, 127.B.17.5
	subnet  string
	zone    string
	groups  []string
}

// lockPort is where a cloud holds its block; any port does as long as all clouds agree.
const lockPort = 47127

func newNetwork() (*network, error) {
	first := rand.N(lastBlock - firstBlock)
	for i := range lastBlock - firstBlock {
		block := byte(firstBlock + (first+i)%(lastBlock-firstBlock))
		lock, err := net.Listen("tcp4", net.JoinHostPort(localAddress(block, 255, 254).String(), strconv.Itoa(lockPort)))
		if errors.Is(err, syscall.EADDRNOTAVAIL) {
			return nil, fmt.Errorf("the local cloud gives every network interface an address in 127.0.0.0/8, which this system refuses (%w): run it on Linux, in a virtual machine or a container if need be", err)
		}
		if err != nil {
			continue
		}
		return &network{
			block:      block,
			lock:       lock,
			subnets:    map[string]Subnet{},
			rules:      map[string]rule{},
			interfaces: map[netip.Addr]*networkInterface{},
		}, nil
	}
	return nil, errors.New("no free /16 in 127.0.0.0/8: stop other local clouds with make down")
}

func (n *network) close() { _ = n.lock.Close() }

func localAddress(block, third, fourth byte) netip.Addr {
	return netip.AddrFrom4([4]byte{127, block, third, fourth})
}

// own returns an address that the cloud uses itself: 127.B.255.n.
func (n *network) own(last byte) netip.Addr { return localAddress(n.block, 255, last) }

// nodeAddress returns an address and a free port for a process that only endpoints
// lead to. It is never given again, so nobody takes it before the process does.
func (n *network) nodeAddress() (netip.AddrPort, error) {
	const firstPort, lastPort = 20000, 29999 // below the kernel's ephemeral ones
	for {
		port := firstPort + int(n.nodePorts.Add(1))
		if port > lastPort {
			return netip.AddrPort{}, errors.New("no port is left for another node: make down and up again")
		}
		address := netip.AddrPortFrom(n.own(2), uint16(port))
		if listener, err := net.Listen("tcp4", address.String()); err == nil {
			return address, listener.Close()
		}
	}
}

// toLocal returns the loopback address that stands for a private one.
func (n *network) toLocal(private netip.Addr) netip.Addr {
	b := private.As4()
	return localAddress(n.block, b[2], b[3])
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

// wear changes the security groups of an interface.
func (n *network) wear(i *networkInterface, groups []string) {
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
