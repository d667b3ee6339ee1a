package ec2

import (
	"fmt"
	"net/netip"

	"myclothes/local/cloud/host"
)

// Endpoint is an endpoint on an interface of its own, behind its security
// groups.
type Endpoint struct {
	*host.Endpoint
	network *Network
	eni     *Interface
}

// OpenEndpoint gives owner an interface in a subnet that listens on port. It has
// no upstream yet.
func (n *Network) OpenEndpoint(owner, subnetID string, groups []string, port int) (*Endpoint, error) {
	eni, err := n.Attach(owner, subnetID, groups)
	if err != nil {
		return nil, err
	}
	e, err := n.host.Listen(owner, netip.AddrPortFrom(eni.Local, uint16(port)), n.GateTo(func() *Interface { return eni }, port))
	if err != nil {
		n.Detach(eni)
		return nil, fmt.Errorf("%s: %w", owner, err)
	}
	return &Endpoint{e, n, eni}, nil
}

// SetGroups changes the security groups of the endpoint's interface.
func (e *Endpoint) SetGroups(groups []string) { e.network.SetGroups(e.eni, groups) }

// Close ends all connections and frees the address. Nil is no error.
func (e *Endpoint) Close() {
	if e == nil {
		return
	}
	e.Endpoint.Close()
	e.network.Detach(e.eni)
}
