package drawing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"myclothes/infra/guards"
	"myclothes/infra/guards/plain"
)

// frame is a part of the architecture that other parts reach as one: what is inside is
// spread over zones.
type frame struct {
	name    string // how flows find it: a security group's or an endpoint's
	title   string
	about   []line
	shape   shape
	tier    tier
	service string // of AWS, that the part is of or that an endpoint leads to: "s3"
	nodes   []node
	change  Change
}

// line is one thing that is said about a frame.
type line struct {
	text   string
	change Change
}

// node is something in one zone.
type node struct {
	zone   string
	label  string
	change Change
}

// tier is a row of the drawing, or the column beside it for what is in no zone.
type tier int

const (
	public tier = iota
	private
	isolated
	regional
	outside // of the stack
)

var tierNames = []string{"public", "private", "isolated", "regional", "outside"}

func (t tier) String() string { return tierNames[t] }

// tierOf returns the tier of a subnet: awsx tags each with its type.
func tierOf(subnet *guards.Resource) (t tier, known bool) {
	t = tier(slices.Index(tierNames, strings.ToLower(text(subnet.Input("tags", "SubnetType")))))
	return t, t >= public && t <= isolated
}

// parts reads the frames of a graph, in the order of their tiers.
func parts(g guards.Graph) (frames []frame) {
	for _, read := range []func(guards.Graph) []frame{
		balancers, gateways, fleets, endpoints, caches, databases, buckets, tables, secrets,
	} {
		frames = append(frames, read(g)...)
	}
	slices.SortStableFunc(frames, func(a, b frame) int {
		if a.tier == regional && b.tier == regional { // an endpoint comes right before what it leads to
			return cmp.Compare(a.service, b.service)
		}
		return cmp.Compare(a.tier, b.tier)
	})
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
		f := frame{name: group(g, r, "securityGroups"), title: "Application Load Balancer", about: lines(strings.Join(serves, ", ")), shape: fork}
		for _, targets := range g.Of(guards.TargetGroup) {
			if targets.Input("stickiness", "enabled") == true {
				f.about = append(f.about, line{text: "stickiness " + text(targets.Input("stickiness", "type"))})
			}
		}
		frames = append(frames, f.in(g.Referenced(r, guards.Subnet, "subnets"), "load balancer node"))
	}
	return frames
}

func gateways(g guards.Graph) []frame {
	f := frame{name: natName, title: "NAT gateways", shape: door, about: lines("the way out of the private subnets")}
	for _, r := range g.Of(natGateway) {
		f = f.in(g.Referenced(r, guards.Subnet, "subnetId"), "NAT gateway")
	}
	if f.nodes == nil {
		return nil
	}
	return []frame{f}
}

func fleets(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.AutoScalingGroup) {
		f := frame{title: "Auto Scaling group", shape: servers, tier: private}
		for _, template := range g.Referenced(r, guards.LaunchTemplate, "launchTemplate", "id") {
			f.name = group(g, template, "vpcSecurityGroupIds")
			f.about = lines(fmt.Sprintf("%s to %s × %s", text(r.Input("minSize")), text(r.Input("maxSize")), text(template.Input("instanceType"))))
		}
		frames = append(frames, f.in(g.Referenced(r, guards.Subnet, "vpcZoneIdentifiers"), "instances"))
	}
	return frames
}

// endpoints are the VPC endpoints: those with interfaces in a frame of their subnets' tier, the others beside.
func endpoints(g guards.Graph) (frames []frame) {
	for _, r := range g.Of(guards.VpcEndpoint) {
		service := text(r.Input("serviceName"))
		f := frame{name: r.Name, title: "Gateway endpoint", shape: plug, service: service[strings.LastIndex(service, ".")+1:], tier: regional}
		f.about = lines(f.service)
		if r.Input("vpcEndpointType") == "Interface" {
			f.name, f.title, f.tier = group(g, r, "securityGroupIds"), "Interface endpoint", private
			f = f.in(g.Referenced(r, guards.Subnet, "subnetIds"), "endpoint")
		}
		frames = append(frames, f)
	}
	return frames
}

// in returns the frame with a node in each of the subnets, whose tier is the frame's.
func (f frame) in(subnets guards.Graph, label string) frame {
	for _, subnet := range subnets {
		if t, known := tierOf(subnet); known {
			f.tier = t
		}
		f.nodes = append(f.nodes, node{zone: zoneOf(subnet), label: label})
	}
	return f
}

// group is the name of the first security group that an input of a resource names.
func group(g guards.Graph, r *guards.Resource, input string) string {
	for _, worn := range g.Referenced(r, guards.SecurityGroup, input) {
		return worn.Name
	}
	return r.Name
}

func zoneOf(subnet *guards.Resource) string { return text(subnet.Input("availabilityZone")) }

func lines(texts ...string) (all []line) {
	for _, one := range texts {
		all = append(all, line{text: one})
	}
	return all
}

// text is a value as people write it; what only an update will tell is a question mark.
func text(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case plain.Unknown:
		return "?"
	case string:
		return value
	}
	return fmt.Sprint(value)
}
