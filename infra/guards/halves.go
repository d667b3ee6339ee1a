package guards

import (
	"strings"

	"myclothes/infra/guards/plain"
)

// half is what one side of a connection lets through: a rule of a security group.
type half struct {
	says     *Resource // the resource that has the rule
	egress   bool
	group    Peer // whose rule it is
	peer     Peer // the other end
	protocol string
	ports    Ports
}

// halves reads the rules of all groups, in each of the three forms that they have:
// resources of their own, the older resource for both directions, and lists in a group.
func halves(g Graph) (all []half) {
	for _, r := range g.Of(SecurityGroupIngressRule, SecurityGroupEgressRule) {
		h := half{says: r, egress: r.Type == SecurityGroupEgressRule, group: g.group(r, "securityGroupId")}
		h.protocol, h.ports = opened(r.Input("ipProtocol"), r.Input("fromPort"), r.Input("toPort"))
		for _, peer := range g.peersOf(r, "cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId") {
			h.peer = peer
			all = append(all, h)
		}
	}
	for _, r := range g.Of(SecurityGroupRule) {
		h := half{says: r, egress: r.Input("type") == "egress", group: g.group(r, "securityGroupId")}
		h.protocol, h.ports = opened(r.Input("protocol"), r.Input("fromPort"), r.Input("toPort"))
		all = append(all, g.each(h, r, "cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "sourceSecurityGroupId", "self")...)
	}
	for _, r := range g.Of(SecurityGroup, DefaultSecurityGroup) {
		for _, direction := range []string{"ingress", "egress"} {
			for i := range plain.List(r.Input(direction)) {
				h := half{says: r, egress: direction == "egress", group: Peer{SecurityGroupPeer, r.Name}}
				h.protocol, h.ports = opened(r.Input(direction, i, "protocol"), r.Input(direction, i, "fromPort"), r.Input(direction, i, "toPort"))
				all = append(all, g.inline(h, r, direction, i)...)
			}
		}
	}
	return all
}

// inline returns the halves of one element of a group's list.
func (g Graph) inline(h half, r *Resource, direction string, index int) (all []half) {
	element := &Resource{Inputs: plain.Properties{}, PropertyDependencies: map[string][]string{}}
	for _, name := range []string{"cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups", "self"} {
		element.Inputs[name] = r.Input(direction, index, name)
		element.PropertyDependencies[name] = r.PropertyDependencies[direction]
	}
	return g.each(h, element, "cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups", "self")
}

// each returns a copy of h for every peer that the inputs name.
func (g Graph) each(h half, r *Resource, inputs ...string) (all []half) {
	for _, h.peer = range g.peersOf(r, inputs...) {
		if h.peer.Kind == selfPeer {
			h.peer = h.group
		}
		all = append(all, h)
	}
	return all
}

// peersOf returns the other ends that a rule names in its inputs. A rule that names none
// in a way that can be read names one that is not known.
func (g Graph) peersOf(r *Resource, inputs ...string) (all []Peer) {
	for _, input := range inputs {
		value := r.Input(input)
		switch {
		case value == nil || value == false:
		case value == true:
			all = append(all, Peer{Kind: selfPeer})
		case strings.Contains(strings.ToLower(input), "cidr"):
			for _, block := range append(plain.Strings(value), unknownIn(value)...) {
				all = append(all, address(block))
			}
		case strings.HasPrefix(input, "prefixList"):
			all = append(all, g.named(r, PrefixListPeer, VpcEndpoint, input)...)
		default:
			all = append(all, g.named(r, SecurityGroupPeer, SecurityGroup, input)...)
		}
	}
	if len(all) == 0 {
		return []Peer{{Kind: UnknownPeer}}
	}
	return all
}

// named returns the peers that an input names by id: by the logical name where the graph
// has it, and else by that id.
func (g Graph) named(r *Resource, kind PeerKind, typ, input string) (all []Peer) {
	found := g.Referenced(r, typ, input)
	for _, resource := range found {
		all = append(all, Peer{kind, resource.Name})
	}
	for _, id := range plain.Strings(r.Input(input)) {
		if len(found.where(func(f *Resource) bool { return f.isCalled(id) })) == 0 {
			all = append(all, Peer{kind, id})
		}
	}
	return all
}

// group returns the group that a rule belongs to.
func (g Graph) group(r *Resource, input string) Peer {
	if found := g.named(r, SecurityGroupPeer, SecurityGroup, input); len(found) == 1 {
		return found[0]
	}
	return Peer{Kind: UnknownPeer}
}

// unknownIn returns one empty string when a value, or an element of it, is not known.
func unknownIn(value any) []string {
	for _, element := range append(plain.List(value), value) {
		if plain.IsUnknown(element) {
			return []string{""}
		}
	}
	return nil
}

// protocols are the numbers of protocols by name (IANA), as rules may have either.
var protocols = map[string]string{"-1": AllProtocols, "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}

// opened returns what a rule opens. Only TCP and UDP have ports: with ICMP the two numbers
// are a type and a code, and with all protocols they mean nothing ("Security group rules",
// Amazon VPC User Guide).
func opened(protocol, from, to any) (string, Ports) {
	name, _ := protocol.(string)
	name = strings.ToLower(name)
	if number, ok := protocols[name]; ok {
		name = number
	}
	first, knowsFirst := from.(float64)
	last, knowsLast := to.(float64)
	if name != "tcp" && name != "udp" || !knowsFirst || !knowsLast {
		return name, allPorts
	}
	return name, Ports{int(first), int(last)}
}
