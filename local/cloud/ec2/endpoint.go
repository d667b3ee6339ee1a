package ec2

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"myclothes/local/cloud/host"
)

// Endpoint is the name of a data store: an address that stays, and leads to nodes that come
// and go. It has no interface, as a name has none on AWS: who may pass, the security groups
// of the node say that it leads to, and it is in that node's zone.
type Endpoint struct {
	*host.Endpoint
	network *Network
	port    int

	mu     sync.Mutex
	groups []string
	nodes  map[netip.AddrPort]*Node // those that were made here, by the address of their process
}

// Node is a server of a data store in the network: an interface in a subnet of its zone.
// The store's port there leads to the process, as the store's endpoints do.
type Node struct {
	*Interface
	Address netip.AddrPort // where the process is to listen; nobody else is asked there
	front   *host.Endpoint
}

// OpenEndpoint opens a name of owner's that clients connect to on port. It leads nowhere
// yet; the nodes that are made for it have the groups.
func (n *Network) OpenEndpoint(owner string, groups []string, port int) (*Endpoint, error) {
	e := &Endpoint{network: n, port: port, groups: slices.Clone(groups), nodes: map[netip.AddrPort]*Node{}}
	address, err := n.takeName()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", owner, err)
	}
	e.Endpoint, err = n.host.Listen(owner, netip.AddrPortFrom(address, uint16(port)), e.gate)
	if err != nil {
		n.freeName(address)
		return nil, fmt.Errorf("%s: %w", owner, err)
	}
	return e, nil
}

// gate is open to who may reach the node that the endpoint leads to.
func (e *Endpoint) gate(conn net.Conn, upstream netip.AddrPort) (from string, open bool) {
	return e.network.GateTo(func() *Interface { return e.network.nodeAt(upstream) }, e.port)(conn)
}

// OpenNode gives owner, a server of the endpoint's store, an interface in a subnet: that
// of its zone, which is "" when the store's subnet group has none there.
func (e *Endpoint) OpenNode(owner, subnetID string) (*Node, error) {
	if subnetID == "" {
		return nil, fmt.Errorf("%s: the subnet group has no subnet in its zone", owner)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	address, err := e.network.host.Loopback.NodeAddress()
	if err != nil {
		return nil, err
	}
	eni, err := e.network.Attach(owner, subnetID, e.groups)
	if err != nil {
		return nil, err
	}
	node := &Node{Interface: eni, Address: address}
	e.network.setNode(address, eni)
	if node.front, err = e.network.host.Listen(owner, netip.AddrPortFrom(eni.Local, uint16(e.port)), e.gate); err != nil {
		e.network.removeNode(node)
		return nil, fmt.Errorf("%s: %w", owner, err)
	}
	node.front.Move(address)
	e.nodes[address] = node
	return node, nil
}

// CloseNode frees the interface of a node that was made here, by the address of its
// process. One that is not there is no error.
func (e *Endpoint) CloseNode(address netip.AddrPort) {
	e.mu.Lock()
	node, ok := e.nodes[address]
	delete(e.nodes, address)
	e.mu.Unlock()
	if ok {
		node.front.Close()
		e.network.removeNode(node)
	}
}

// SetGroups changes the security groups of all nodes that were made here.
func (e *Endpoint) SetGroups(groups []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.groups = slices.Clone(groups)
	for _, node := range e.nodes {
		e.network.SetGroups(node.Interface, groups)
	}
}

// Zone is that of the node that the endpoint leads to now; of several, with spaces between.
func (e *Endpoint) Zone() string {
	zones := map[string]bool{}
	for _, upstream := range e.Upstreams() {
		if node := e.network.nodeAt(upstream); node != nil {
			zones[node.Zone] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(zones)), " ")
}

// Close ends all connections, and frees the addresses of the name and of the nodes that
// were made here. Nil is no error.
func (e *Endpoint) Close() {
	if e == nil {
		return
	}
	e.mu.Lock()
	addresses := slices.Collect(maps.Keys(e.nodes))
	e.mu.Unlock()
	for _, address := range addresses {
		e.CloseNode(address)
	}
	e.Endpoint.Close()
	e.network.freeName(e.AddrPort().Addr())
}

// The last parts of the addresses that names get: 127.B.255.n.
const firstName, lastName = 10, 250

// takeName returns an address of the cloud's own that no other endpoint has.
func (n *Network) takeName() (netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for last := firstName; last <= lastName; last++ {
		if address := n.host.Loopback.Own(byte(last)); !n.names[address] {
			n.names[address] = true
			return address, nil
		}
	}
	return netip.Addr{}, errors.New("no address is left for another endpoint")
}

func (n *Network) freeName(address netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.names, address)
}

func (n *Network) setNode(process netip.AddrPort, eni *Interface) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.nodes[process] = eni
}

func (n *Network) removeNode(node *Node) {
	n.Detach(node.Interface)
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.nodes, node.Address)
}

// nodeAt returns the interface of the node whose process listens at an address, or nil.
func (n *Network) nodeAt(process netip.AddrPort) *Interface {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.nodes[process]
}
