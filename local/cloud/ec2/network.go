// Package ec2 is Amazon EC2 and the VPC: a declared network that is mapped to loopback
// addresses, its interfaces and security groups, endpoints behind them, launch templates
// and instances.
package ec2

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// Network maps the declared VPC to loopback addresses: an interface with the
// private address 10.0.17.5 is 127.B.17.5 here, where 127.B.0.0/16 belongs to
// this cloud alone. It knows the routes and the security groups: Permits decides about
// every connection at whose source or target the cloud itself stands.
type Network struct {
	host      *host.Host
	vpcs      *aws.Records[VPC]
	subnets   *aws.Records[Subnet]
	routing   routing
	ingress   securityGroupRules
	egress    securityGroupRules
	endpoints vpcEndpoints
	lost      lostMachines

	mu         sync.RWMutex
	interfaces map[netip.Addr]*Interface     // by loopback address
	names      map[netip.Addr]bool           // addresses that stand for names
	nodes      map[netip.AddrPort]*Interface // by the address of the node's process
	untracked  openConnections
}

// VPC is aws:ec2/vpc:Vpc.
type VPC struct {
	EnableDNSSupport   *bool `json:"enableDnsSupport"`   // true if not declared
	EnableDNSHostnames bool  `json:"enableDnsHostnames"` // false if not declared
}

// Subnet is aws:ec2/subnet:Subnet.
type Subnet struct {
	VpcID               string `json:"vpcId"`
	CidrBlock           string `json:"cidrBlock"`
	AvailabilityZone    string `json:"availabilityZone"`
	MapPublicIPOnLaunch bool   `json:"mapPublicIpOnLaunch"` // instances get a public address
}

// Interface is an elastic network interface: an address in a subnet, and
// the security groups it has.
type Interface struct {
	Owner   string     // who has it, for people: "i-0abc", "load balancer web"
	private netip.Addr // as declared, 10.0.17.5
	Local   netip.Addr // on this machine, 127.B.17.5
	Subnet  string
	Zone    string
	public  bool // has a public address
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
	n := &Network{
		host:       h,
		vpcs:       aws.NewRecords[VPC]("VPC"),
		subnets:    aws.NewRecords[Subnet]("subnet"),
		routing:    newRouting(),
		interfaces: map[netip.Addr]*Interface{},
		names:      map[netip.Addr]bool{},
		nodes:      map[netip.AddrPort]*Interface{},
	}
	n.ingress = securityGroupRules{aws.NewRecords[SecurityGroupRule]("ingress rule"), n}
	n.egress = securityGroupRules{aws.NewRecords[SecurityGroupRule]("egress rule"), n}
	n.endpoints = vpcEndpoints{aws.NewRecords[*vpcEndpoint]("VPC endpoint"), n}
	return n
}

// toLocal returns the loopback address that stands for a private one.
func (n *Network) toLocal(private netip.Addr) netip.Addr {
	b := private.As4()
	return n.host.Loopback.Address(b[2], b[3])
}

// Attach gives owner a new interface in a subnet.
func (n *Network) Attach(owner, subnetID string, groups []string) (*Interface, error) {
	return n.attach(owner, subnetID, groups, func(Subnet) bool { return false })
}

// AttachPublic gives owner a new interface that has a public address too.
func (n *Network) AttachPublic(owner, subnetID string, groups []string) (*Interface, error) {
	return n.attach(owner, subnetID, groups, func(Subnet) bool { return true })
}

// AttachInstance gives an instance its interface, with a public address if the subnet
// gives its instances one.
func (n *Network) AttachInstance(id, subnetID string, groups []string) (*Interface, error) {
	return n.attach(id, subnetID, groups, func(s Subnet) bool { return s.MapPublicIPOnLaunch })
}

// attach gives owner the first free address of a subnet. AWS keeps the first four of every
// subnet for itself.
func (n *Network) attach(owner, subnetID string, groups []string, public func(Subnet) bool) (*Interface, error) {
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
		i := &Interface{owner, private, local, subnetID, subnet.AvailabilityZone, public(subnet), slices.Clone(groups)}
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
	i.groups = slices.Clone(groups)
	n.mu.Unlock()
	n.interrupt()
}

// Interfaces lists the interfaces in the order of their addresses.
func (n *Network) Interfaces() []*Interface {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return slices.SortedFunc(maps.Values(n.interfaces), func(a, b *Interface) int { return a.Local.Compare(b.Local) })
}

// Groups are the ids of the interface's security groups.
func (n *Network) Groups(i *Interface) []string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return slices.Clone(i.groups)
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

// place returns an interface of owner's in each of the subnets: those that it has there
// already, with the groups, and new ones. It frees the others.
func (n *Network) place(owner string, has []*Interface, subnetIDs, groups []string) ([]*Interface, error) {
	for _, i := range has {
		if !slices.Contains(subnetIDs, i.Subnet) {
			n.Detach(i)
		}
	}
	has = slices.DeleteFunc(slices.Clone(has), func(i *Interface) bool { return !slices.Contains(subnetIDs, i.Subnet) })
	for _, id := range subnetIDs {
		at := slices.IndexFunc(has, func(i *Interface) bool { return i.Subnet == id })
		if at >= 0 {
			n.SetGroups(has[at], groups)
			continue
		}
		i, err := n.Attach(owner, id, groups)
		if err != nil {
			return has, err
		}
		has = append(has, i)
	}
	return has, nil
}
