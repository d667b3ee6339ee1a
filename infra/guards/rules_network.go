package guards

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"myclothes/infra/guards/plain"
)

// networkRules are about subnets, security groups, and who can reach whom.
var networkRules = []Rule{
	{
		Name: "default-group-empty", Control: "EC2.2", Least: 1,
		Promise: "The group that AWS gives every VPC, whose members may talk to each other, lets nothing through.",
		about:   of(DefaultSecurityGroup),
		check:   both(input(nil, "ingress"), input(nil, "egress")),
	},
	{
		Name: "no-inline-rules", Least: 1,
		Promise: "Rules are resources of their own: a list in a group deletes those that are not in it.",
		about:   of(SecurityGroup),
		check:   both(input(nil, "ingress"), input(nil, "egress")),
	},
	{
		Name: "addresses-reach-load-balancers", Control: "EC2.18", Least: 1,
		Promise: "Addresses, of the internet or any others, reach nothing but a load balancer, on the ports where it listens, which are 80 and 443.",
		about:   says(func(h half) bool { return !h.egress }),
		check:   judgeHalves(func(h half) bool { return !h.egress && h.peer.Kind != SecurityGroupPeer }, openToAddresses),
	},
	{
		Name: "layers", Control: "SEC05-BP02", Least: 1,
		Promise: "From group to group, traffic goes from one layer to the next, on the port where that listens: load balancer, instances, what instances use.",
		about:   says(func(h half) bool { return h.peer.Kind == SecurityGroupPeer }),
		check:   judgeHalves(func(h half) bool { return h.peer.Kind == SecurityGroupPeer }, betweenLayers),
	},
	{
		Name: "way-out-is-https", Control: "SEC05-BP02", Least: 1,
		Promise: "Instances alone call out, by HTTPS.",
		about:   says(func(h half) bool { return h.egress }),
		check:   judgeHalves(func(h half) bool { return h.egress && h.peer.Kind != SecurityGroupPeer }, outward),
	},
	{
		Name: "halves-agree", Control: "SEC05-BP02", Least: 1,
		Promise: "A rule between two groups has its other half: what one lets out, the other lets in.",
		about:   says(func(h half) bool { return h.peer.Kind == SecurityGroupPeer }),
		check:   otherHalf,
	},
	{
		Name: "needs-reachable", Least: 1,
		Promise: "A load balancer's group may talk to its instances, and instances to cache, database and interface endpoints.",
		about:   func(g Graph) Graph { return slices.Concat(g.Of(LaunchTemplate), g.Of(listening...)) },
		check:   reachable,
	},
	{
		Name: "subnets-apart", Control: "SEC05-BP01", Least: 1,
		Promise: "Subnets are inside their VPC, apart from each other, and large enough for a load balancer.",
		about:   of(Vpc),
		check:   subnetsApart,
	},
	{
		Name: "right-subnets", Control: "SEC05-BP01", Least: 1,
		Promise: "Only load balancers are in public subnets; instances are in private ones, data in isolated ones.",
		about:   of(LoadBalancer, AutoScalingGroup, CacheSubnetGroup, DBSubnetGroup),
		check:   inTheirTier,
	},
}

// smallestSubnet is what an Application Load Balancer asks of its subnets ("Subnets for
// your load balancer": at least a /27).
const smallestSubnet = 27

// plan is a VPC's network and its subnets.
type plan struct {
	network string
	subnets []string
	uneven  bool // a tier has not one subnet in every zone
}

// planOf reads the plan of a VPC from its inputs or, in a state, from its children.
func planOf(g Graph, vpc *Resource) plan {
	p := plan{network: fmt.Sprint(vpc.Input("cidrBlock"))}
	zones := len(plain.List(vpc.Input("availabilityZoneNames")))
	for i := range plain.List(vpc.Input("subnetSpecs")) {
		blocks := plain.Strings(vpc.Input("subnetSpecs", i, "cidrBlocks"))
		p.subnets, p.uneven = append(p.subnets, blocks...), p.uneven || len(blocks) != zones
	}
	if len(vpc.Inputs) > 0 {
		return p
	}
	for _, network := range g.Of(VpcResource).where(func(r *Resource) bool { return r.Parent == vpc.URN }) {
		p.network = fmt.Sprint(network.Input("cidrBlock"))
		for _, subnet := range g.Of(Subnet).where(func(r *Resource) bool { return r.Parent == network.URN }) {
			p.subnets = append(p.subnets, plain.Strings(subnet.Input("cidrBlock"))...)
		}
	}
	return p
}

func subnetsApart(g Graph) judge {
	return func(vpc *Resource) []string {
		p := planOf(g, vpc)
		network, err := netip.ParsePrefix(p.network)
		if err != nil {
			return []string{"its network: " + err.Error()}
		}
		problems := problem(p.uneven || len(p.subnets) == 0, "a tier has not one subnet in every zone")
		for i, block := range p.subnets {
			subnet, err := netip.ParsePrefix(block)
			inside := err == nil && network.Contains(subnet.Addr()) && subnet.Bits() > network.Bits() && subnet.Bits() <= smallestSubnet
			problems = append(problems, problem(!inside, "subnet %s is not one of at least /%d in %v", block, smallestSubnet, network)...)
			for _, other := range p.subnets[:i] {
				before, err := netip.ParsePrefix(other)
				problems = append(problems, problem(err == nil && subnet.Overlaps(before), "subnet %s overlaps %s", block, other)...)
			}
		}
		return problems
	}
}

// tiers are the outputs of the VPC with the subnets for each type, and the inputs there.
var tiers = map[string]struct{ input, subnets string }{
	LoadBalancer:     {"subnets", "publicSubnetIds"},
	AutoScalingGroup: {"vpcZoneIdentifiers", "privateSubnetIds"},
	CacheSubnetGroup: {"subnetIds", "isolatedSubnetIds"},
	DBSubnetGroup:    {"subnetIds", "isolatedSubnetIds"},
}

// inTheirTier checks that the subnets are those of the tier, and as many as AWS spreads
// over: a load balancer, a group of instances and a database want two zones (ELB.13,
// AutoScaling.2).
func inTheirTier(g Graph) judge {
	return func(r *Resource) (problems []string) {
		tier := tiers[r.Type]
		value := r.Input(tier.input)
		if plain.IsUnknown(value) || slices.ContainsFunc(plain.List(value), plain.IsUnknown) {
			return nil
		}
		var right []string
		for _, vpc := range g.Of(Vpc) {
			right = append(right, plain.Strings(vpc.Output(tier.subnets))...)
		}
		subnets := plain.Strings(value)
		for _, subnet := range subnets {
			problems = append(problems, problem(!slices.Contains(right, subnet), "%s has %s, which is none of the %s", tier.input, subnet, strings.TrimSuffix(tier.subnets, "Ids"))...)
		}
		return append(problems, problem(len(subnets) < 2, "%s has %d subnets, in fewer than two zones", tier.input, len(subnets))...)
	}
}
