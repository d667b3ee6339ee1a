package ec2

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"myclothes/local/cloud/host"
)

// ErrRefused is a connection that no security group lets through.
var ErrRefused = errors.New("refused by the security groups")

// End is an end of a connection: an interface of the network, or an address outside.
type End struct {
	*Interface            // nil outside
	Address    netip.Addr // outside
	Service    string     // the service of AWS that has the address, as endpoints name it: "s3"
}

// Internet stands for everybody outside of the VPC.
var Internet = End{Address: netip.MustParseAddr("203.0.113.1")}

// awsAddress stands for the public addresses of AWS's services.
var awsAddress = netip.MustParseAddr("198.51.100.1")

// at is the end that an interface is; nil stands for the internet.
func at(i *Interface) End {
	if i == nil {
		return Internet
	}
	return End{Interface: i}
}

// address is where packets to the end go.
func (e End) address() netip.Addr {
	if e.Interface != nil {
		return e.private
	}
	return e.Address
}

// Permits is nil when a connection may come about: the security groups of its source let
// it out, those of its target let it in, and there is a way. Outside of the VPC everything
// is let out and in. The error is ErrRefused or ErrNoRoute, with what is in the way.
//
// This alone decides, and it is asked wherever the cloud stands at an end: by the
// listeners of load balancers, data stores and AWS APIs about who comes, by load
// balancers before they connect to a target, and by the way that instances have to the
// internet. Instances are processes of this machine that listen and connect themselves:
// a program of the same user that dials another instance, or a node behind its endpoint,
// by its loopback address is not asked anything. So this shows mistakes in a declaration;
// it is no sandbox.
func (n *Network) Permits(from, to End, protocol string, port int) error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	switch {
	case from.Interface != nil && !n.egress.cover(from.Interface, to, protocol, port):
		return fmt.Errorf("%w: those of %s do not let it out to %s port %d", ErrRefused, OwnerOf(from.Interface), to, port)
	case to.Interface != nil && !n.ingress.cover(to.Interface, from, protocol, port):
		return fmt.Errorf("%w: those of %s do not let %s in on port %d", ErrRefused, OwnerOf(to.Interface), from, port)
	case from.Interface != nil && to.Interface == nil:
		return n.wayOut(from.Interface, to)
	case from.Interface == nil && to.Interface != nil:
		return n.wayIn(to.Interface, from)
	}
	return nil
}

// wayOut is nil when connections to an end outside have a way: a gateway endpoint of the
// service that is there, or a route to the internet.
func (n *Network) wayOut(from *Interface, to End) error {
	if _, there := n.endpoints.gatewayFor(to.Service, from.Subnet); there {
		return nil
	}
	_, err := n.routing.leave(from, to.Address)
	return err
}

// wayIn is nil when an interface can be reached from outside: it has a public address, and
// answers leave through an internet gateway.
func (n *Network) wayIn(to *Interface, from End) error {
	if next, err := n.routing.leave(to, from.Address); err != nil || next.GatewayID == "" {
		return fmt.Errorf("%w: %s cannot be reached from the internet", ErrNoRoute, to.Owner)
	}
	return nil
}

// String says who is there, for people.
func (e End) String() string {
	if e.Interface == nil && e.Service != "" {
		return "AWS's " + e.Service
	}
	return OwnerOf(e.Interface)
}

// GateTo is open to TCP connections that may reach a port of an interface; nil is one that
// is gone.
func (n *Network) GateTo(eni func() *Interface, port int) host.Gate {
	return func(conn net.Conn) (from string, open bool) {
		source, target := at(n.Source(conn)), End{Interface: eni()}
		if target.Interface == nil || n.Permits(source, target, tcp, port) != nil {
			return source.String(), false
		}
		n.opened(conn, source, target, port)
		return source.String(), true
	}
}

// Dial connects from an interface, or from the internet if nil, to a port of another one,
// if it may.
func (n *Network) Dial(ctx context.Context, from, to *Interface, port int) (net.Conn, error) {
	return n.dial(ctx, at(from), at(to), netip.AddrPortFrom(to.Local, uint16(port)))
}

// DialOut connects from an interface to an address of the internet, if it may. One that is
// an interface's is dialled as that.
func (n *Network) DialOut(ctx context.Context, from *Interface, to netip.AddrPort) (net.Conn, error) {
	n.mu.RLock()
	target := n.interfaces[to.Addr()]
	n.mu.RUnlock()
	if target != nil {
		return n.Dial(ctx, from, target, int(to.Port()))
	}
	return n.dial(ctx, at(from), End{Address: to.Addr()}, to)
}

func (n *Network) dial(ctx context.Context, from, to End, address netip.AddrPort) (net.Conn, error) {
	if err := n.Permits(from, to, tcp, int(address.Port())); err != nil {
		return nil, err
	}
	d := net.Dialer{}
	if from.Interface != nil && to.Interface != nil {
		d.LocalAddr = &net.TCPAddr{IP: from.Local.AsSlice()}
	}
	conn, err := d.DialContext(ctx, "tcp4", address.String())
	if err != nil {
		return nil, err
	}
	n.opened(conn, from, to, int(address.Port()))
	return conn, nil
}
