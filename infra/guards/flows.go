package guards

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
)

// PeerKind says what an end of a flow is.
type PeerKind string

// The kinds of peers.
const (
	SecurityGroupPeer PeerKind = "security group" // named by its logical name, or by its id if the graph has it not
	PrefixListPeer    PeerKind = "prefix list"    // named by the logical name of the gateway endpoint, or by its id
	AddressPeer       PeerKind = "addresses"      // named by their CIDR, but all of IPv4 or IPv6 is Internet
	UnknownPeer       PeerKind = "unknown"        // only an update will tell

	selfPeer PeerKind = "self" // the group whose rule it is
)

// Internet is every address there is.
var Internet = Peer{AddressPeer, "internet"}

// AllProtocols is the protocol of a rule that lets everything through.
const AllProtocols = "all"

// Peer is an end of a flow.
type Peer struct {
	Kind PeerKind
	Name string
}

// String is the name.
func (p Peer) String() string {
	if p.Kind == UnknownPeer {
		return string(p.Kind)
	}
	return p.Name
}

// address names addresses: both families in one way of writing, all of a family as the
// internet.
func address(block string) Peer {
	prefix, err := netip.ParsePrefix(block)
	switch {
	case err != nil:
		return Peer{UnknownPeer, block}
	case prefix.Bits() == 0:
		return Internet
	}
	return Peer{AddressPeer, prefix.Masked().String()}
}

// Flow is connections that the security groups let through.
type Flow struct {
	From, To Peer
	Protocol string // "tcp", "udp", "icmp", …, or AllProtocols
	Ports    Ranges
	Rules    []*Resource // what opens it: one rule, or a rule of each end
}

// String says who reaches whom: "groups-app groups-cache:6379", with the protocol if it
// is not TCP.
func (f Flow) String() string {
	if f.Protocol == "tcp" {
		return fmt.Sprintf("%v %v:%v", f.From, f.To, f.Ports)
	}
	return fmt.Sprintf("%v %v:%s:%v", f.From, f.To, f.Protocol, f.Ports)
}

// PortByPort returns the flow range by range of its ports, so that flows which have more
// than another can be told apart from it.
func (f Flow) PortByPort() (all []Flow) {
	for _, ports := range f.Ports {
		one := f
		one.Ports = Ranges{ports}
		all = append(all, one)
	}
	return all
}

// Flows computes who can reach whom, in order of From, To and Protocol. Between two groups of the graph
// both must agree: one has to let connections out, the other in, by naming it or, as Internet
// is every address, everybody. Addresses, prefix lists and groups elsewhere have no rules of
// their own here, so that a rule that names one is a flow by itself. Replies are let through
// by AWS, and are no flows.
func Flows(g Graph) (flows []Flow) {
	all := halves(g)
	for _, out := range all {
		if !out.egress {
			continue
		}
		if !g.has(out.peer) {
			flows = add(flows, Flow{out.group, out.peer, out.protocol, Ranges{out.ports}, []*Resource{out.says}})
		}
		for _, in := range all {
			if protocol, ports, ok := out.agrees(in); ok {
				flows = add(flows, Flow{out.group, in.group, protocol, Ranges{ports}, []*Resource{out.says, in.says}})
			}
		}
	}
	for _, in := range all {
		if !in.egress && !g.has(in.peer) {
			flows = add(flows, Flow{in.peer, in.group, in.protocol, Ranges{in.ports}, []*Resource{in.says}})
		}
	}
	slices.SortFunc(flows, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(a.From.Name, b.From.Name), cmp.Compare(a.To.Name, b.To.Name), cmp.Compare(a.Protocol, b.Protocol))
	})
	return flows
}

// has says whether a peer is a group of the graph.
func (g Graph) has(p Peer) bool {
	return p.Kind == SecurityGroupPeer && len(g.Of(SecurityGroup, DefaultSecurityGroup).where(func(r *Resource) bool { return r.Name == p.Name })) > 0
}

// meets returns what two halves that name each other's groups let through together: out of
// one group, into the other.
func (h half) meets(in half) (protocol string, ports Ports, ok bool) {
	if in.group != h.peer || in.peer != h.group {
		return "", Ports{}, false
	}
	return h.agrees(in)
}

// agrees returns what a half lets out of its group and another one lets into its own.
func (h half) agrees(in half) (protocol string, ports Ports, ok bool) {
	if !h.egress || in.egress || in.group != h.peer && h.peer != Internet || in.peer != h.group && in.peer != Internet {
		return "", Ports{}, false
	}
	switch {
	case h.protocol == in.protocol, in.protocol == AllProtocols:
		protocol = h.protocol
	case h.protocol == AllProtocols:
		protocol = in.protocol
	default:
		return "", Ports{}, false
	}
	ports, ok = h.ports.and(in.ports)
	return protocol, ports, ok
}

// add joins a flow to the one between the same peers, if there is one.
func add(flows []Flow, f Flow) []Flow {
	for i := range flows {
		if have := &flows[i]; have.From == f.From && have.To == f.To && have.Protocol == f.Protocol {
			have.Ports = have.Ports.with(f.Ports[0])
			have.Rules = append(have.Rules, f.Rules...)
			return flows
		}
	}
	return append(flows, f)
}
