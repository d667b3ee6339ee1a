package ec2

import (
	"net"
	"slices"
	"syscall"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// A connection that security groups track goes on when the rule that let it through is
// changed or removed. One that they do not track is interrupted at once. Not tracked is
// what a rule for all addresses lets through when another one lets all answers through, to
// all addresses and on all ports, unless it passes a NAT gateway, an interface endpoint or
// DynamoDB's gateway endpoint
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html).
// Tracking ends when a connection was idle for 5 days (432,000 s), or 350 s on Nitro v6,
// which is not modelled: no connection here is idle for so long.

// openConnection is one that is not tracked at one of its ends.
type openConnection struct {
	net.Conn
	from, to End
	port     int
	byFrom   bool // the groups of its source do not track it
	byTo     bool // those of its target do not
}

// openConnections are those that are not tracked. The network's lock guards them.
type openConnections struct {
	all  []openConnection
	next int // when there are so many, those that have ended are left out
}

// opened takes in a connection that came about, if an end does not track it.
func (n *Network) opened(conn net.Conn, from, to End, port int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := openConnection{conn, from, to, port, false, false}
	if n.automaticallyTracked(from, to) {
		return
	}
	c.byFrom = from.Interface != nil && n.egress.open(from.Interface, to, port) && n.ingress.answersFrom(from.Interface, to)
	c.byTo = to.Interface != nil && n.ingress.open(to.Interface, from, port) && n.egress.answersFrom(to.Interface, from)
	if !c.byFrom && !c.byTo {
		return
	}
	if len(n.untracked.all) >= n.untracked.next {
		n.untracked.all = slices.DeleteFunc(n.untracked.all, openConnection.hasEnded)
		n.untracked.next = 2*len(n.untracked.all) + 16
	}
	n.untracked.all = append(n.untracked.all, c)
}

// automaticallyTracked says whether a connection passes something that makes it tracked.
func (n *Network) automaticallyTracked(from, to End) bool {
	if from.Interface == nil || to.Interface != nil {
		return to.Interface != nil && n.endpoints.has(to.Interface)
	}
	if _, gateway := n.endpoints.gatewayFor(to.Service, from.Subnet); gateway {
		return to.Service == "dynamodb"
	}
	next, _ := n.routing.leave(from.Interface, to.Address)
	return next.NATGatewayID != ""
}

// open says whether a rule for all addresses covers a connection of self's to a peer.
func (s securityGroupRules) open(self *Interface, peer End, port int) bool {
	_, found := s.First(func(r aws.Record[SecurityGroupRule]) bool {
		return slices.Contains(self.groups, r.Spec.SecurityGroupID) && r.Spec.coversPort(tcp, port) && r.Spec.everywhere(peer.address())
	})
	return found
}

// answersFrom says whether a rule of this direction lets all answers to or from a peer
// through.
func (s securityGroupRules) answersFrom(self *Interface, peer End) bool {
	_, found := s.First(func(r aws.Record[SecurityGroupRule]) bool {
		return slices.Contains(self.groups, r.Spec.SecurityGroupID) && r.Spec.everywhere(peer.address()) &&
			r.Spec.coversPort(tcp, 0) && r.Spec.coversPort(tcp, 1<<16-1)
	})
	return found
}

// interrupt resets the untracked connections that the rules do not let through any more.
// On AWS their packets are dropped, which a client notices later.
func (n *Network) interrupt() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.untracked.all = slices.DeleteFunc(n.untracked.all, func(c openConnection) bool {
		refused := c.byFrom && !n.egress.cover(c.from.Interface, c.to, tcp, c.port) ||
			c.byTo && !n.ingress.cover(c.to.Interface, c.from, tcp, c.port)
		if refused {
			host.Reset(c.Conn)
		}
		return refused
	})
}

// hasEnded says whether this side has closed the connection.
func (c openConnection) hasEnded() bool {
	raw, ok := c.Conn.(syscall.Conn)
	if !ok {
		return false
	}
	descriptor, err := raw.SyscallConn()
	return err != nil || descriptor.Control(func(uintptr) {}) != nil
}
