package drawing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"myclothes/infra/guards"
)

// frame is a part of the architecture that other parts reach as one: what is inside is
// spread over zones.
type frame struct {
	name  string // how flows find it: a security group's or an endpoint's
	title string
	about []string // lines
	tier  tier
	nodes []node
}

// node is something in one zone.
type node struct {
	zone  string
	label string
}

// tier is a row of the drawing, or the column beside it for what is in no zone.
type tier int

const (
	public tier = iota
	private
	isolated
	regional
)

var tierNames = map[tier]string{public: "public", private: "private", isolated: "isolated", regional: "of the region"}

// parts reads the frames of a graph, in the order of their tiers.
func parts(g guards.Graph) (frames []frame) {
	for _, read := range []func(guards.Graph) []frame{
		balancers, gateways, fleets, endpoints, caches, databases, tables, buckets, secrets,
	} {
		frames = append(frames, read(g)...)
	}
	slices.SortStableFunc(frames, func(a, b frame) int { return cmp.Compare(a.tier, b.tier) })
	return frames
}

func balancers(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.LoadBalancer) {
		var serves []string
		for _, listener := range g.Of(guards.Listener) {
			if slices.Contains(g.Referenced(listener, guards.LoadBalancer, "loadBalancerArn"), r) {
				serves = append(serves, fmt.Sprintf("%s %s", text(listener.Input("protocol")), text(listener.Input("port"))))
			}
		}
		slices.Sort(serves)
		f := frame{name: group(g, r, "securityGroups"), title: "Application Load Balancer", about: serves, tier: public}
		for _, subnet := range g.Referenced(r, guards.Subnet, "subnets") {
			f.nodes = append(f.nodes, node{zoneOf(subnet), "load balancer node"})
		}
		frames = append(frames, f)
	}
	return frames
}

func gateways(g guards.Graph) []frame {
	f := frame{name: "NAT", title: "NAT gateways", about: []string{"the way out of the private subnets"}, tier: public}
	for _, r := range g.Of(natGateway) {
		for _, subnet := range g.Referenced(r, guards.Subnet, "subnetId") {
			f.nodes = append(f.nodes, node{zoneOf(subnet), "NAT gateway"})
		}
	}
	return unlessEmpty(f)
}

func fleets(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.AutoScalingGroup) {
		f := frame{title: "Auto Scaling group", tier: private}
		for _, template := range g.Referenced(r, guards.LaunchTemplate, "launchTemplate", "id") {
			f.name = group(g, template, "vpcSecurityGroupIds")
			f.about = []string{fmt.Sprintf("%s to %s × %s", text(r.Input("minSize")), text(r.Input("maxSize")), text(template.Input("instanceType")))}
		}
		for _, subnet := range g.Referenced(r, guards.Subnet, "vpcZoneIdentifiers") {
			f.nodes = append(f.nodes, node{zoneOf(subnet), "instances"})
		}
		frames = append(frames, f)
	}
	return frames
}

// endpoints are the VPC endpoints: those with interfaces in a frame of their subnets' tier, the others beside.
func endpoints(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.VpcEndpoint) {
		service := text(r.Input("serviceName"))
		service = service[strings.LastIndex(service, ".")+1:]
		if r.Input("vpcEndpointType") != "Interface" {
			frames = append(frames, frame{name: r.Name, title: "Gateway endpoint", about: []string{service}, tier: regional})
			continue
		}
		f := frame{name: group(g, r, "securityGroupIds"), title: "Interface endpoint", about: []string{service}, tier: private}
		for _, subnet := range g.Referenced(r, guards.Subnet, "subnetIds") {
			f.nodes = append(f.nodes, node{zoneOf(subnet), "endpoint"})
		}
		frames = append(frames, f)
	}
	return frames
}

// group is the name of the first security group that an input of a resource names.
func group(g guards.Graph, r *guards.Resource, input string) string {
	for _, worn := range g.Referenced(r, guards.SecurityGroup, input) {
		return worn.Name
	}
	return r.Name
}

func zoneOf(subnet *guards.Resource) string { return text(subnet.Input("availabilityZone")) }

func unlessEmpty(f frame) []frame {
	if len(f.nodes) == 0 {
		return nil
	}
	return []frame{f}
}

// text is a value as people write it; what only an update will tell is a question mark.
func text(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case guards.Unknown:
		return "?"
	case string:
		return value
	}
	return fmt.Sprint(value)
}
