package cloud

import (
	"fmt"
	"net"
	"net/netip"

	"myclothes/local/cloud/host"
)

// networkEndpoint is an endpoint on an interface of its own, behind its security
// groups.
type networkEndpoint struct {
	*host.Endpoint
	network *network
	eni     *networkInterface
}

// openEndpoint gives owner an interface in a subnet that listens on port. It has
// no upstream yet.
func (n *network) openEndpoint(owner, subnetID string, groups []string, port int) (*networkEndpoint, error) {
	eni, err := n.attach(owner, subnetID, groups)
	if err != nil {
		return nil, err
	}
	e, err := n.host.Listen(owner, netip.AddrPortFrom(eni.local, uint16(port)), n.gateTo(func() *networkInterface { return eni }, port))
	if err != nil {
		n.detach(eni)
		return nil, fmt.Errorf("%s: %w", owner, err)
	}
	return &networkEndpoint{e, n, eni}, nil
}

// gateTo is open to connections that may reach a port of an interface.
func (n *network) gateTo(eni func() *networkInterface, port int) host.Gate {
	return func(conn net.Conn) (from string, open bool) {
		source := n.source(conn)
		return ownerOf(source), n.permits(source, eni(), port)
	}
}

// setGroups changes the security groups of the endpoint's interface.
func (e *networkEndpoint) setGroups(groups []string) { e.network.setGroups(e.eni, groups) }

// close ends all connections and frees the address. Nil is no error.
func (e *networkEndpoint) close() {
	if e == nil {
		return
	}
	e.Endpoint.Close()
	e.network.detach(e.eni)
}
