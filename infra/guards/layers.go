package guards

import "slices"

// says is about the resources that have a rule of a kind, but for default groups, which
// may have none at all.
func says(kind func(half) bool) func(Graph) Graph {
	return func(g Graph) (all Graph) {
		for _, h := range halves(g) {
			if h.says.Type != DefaultSecurityGroup && kind(h) && !slices.Contains(all, h.says) {
				all = append(all, h.says)
			}
		}
		return all
	}
}

// judgeHalves judges each rule of a kind by what its group and its peer are for.
func judgeHalves(kind func(half) bool, verdict func(Graph, half) []string) func(Graph) judge {
	return func(g Graph) judge {
		all := halves(g)
		return func(r *Resource) (problems []string) {
			for _, h := range all {
				if h.says == r && kind(h) {
					problems = append(problems, verdict(g, h)...)
				}
			}
			return problems
		}
	}
}

// groupInputs are where resources name the groups that they are in.
var groupInputs = map[string]string{
	LoadBalancer: "securityGroups", LaunchTemplate: "vpcSecurityGroupIds", VpcEndpoint: "securityGroupIds",
	ReplicationGroup: "securityGroupIds", DBInstance: "vpcSecurityGroupIds",
}

// members returns the resources of some types that are in a group.
func (g Graph) members(group Peer, types ...string) Graph {
	return g.Of(types...).where(func(r *Resource) bool { return slices.Contains(g.groupsOf(r), group) })
}

// groupsOf returns the groups that a resource is in.
func (g Graph) groupsOf(r *Resource) []Peer {
	return g.named(r, SecurityGroupPeer, SecurityGroup, groupInputs[r.Type])
}

// authorized are the ports that EC2.18 lets everybody reach.
var authorized = []int{80, 443}

func openToAddresses(g Graph, h half) []string {
	var ports []int
	for _, listener := range g.Of(Listener) {
		for _, balancer := range g.Referenced(listener, LoadBalancer, "loadBalancerArn") {
			if slices.Contains(g.groupsOf(balancer), h.group) {
				ports = append(ports, port(listener, "port"))
			}
		}
	}
	allowed := h.protocol == "tcp" && h.ports.First == h.ports.Last && slices.Contains(authorized, h.ports.First) && slices.Contains(ports, h.ports.First)
	return problem(!allowed, "it opens %v to %v at %s:%v", h.group, h.peer, h.protocol, h.ports)
}

func outward(g Graph, h half) []string {
	allowed := h.protocol == "tcp" && h.ports == Ports{443, 443} && len(g.members(h.group, LaunchTemplate)) > 0
	return problem(!allowed, "it lets %v reach %v at %s:%v", h.group, h.peer, h.protocol, h.ports)
}

// listening are the types of what instances use.
var listening = []string{ReplicationGroup, DBInstance, VpcEndpoint}

// betweenLayers judges a rule between two groups from the side of the client, whichever
// half it is.
func betweenLayers(g Graph, h half) []string {
	client, server := h.ends()
	var ports []int
	if len(g.members(client, LoadBalancer)) > 0 && len(g.members(server, LaunchTemplate)) > 0 {
		for _, targets := range g.Of(TargetGroup) {
			ports = append(ports, port(targets, "port"))
		}
	}
	if len(g.members(client, LaunchTemplate)) > 0 {
		for _, r := range g.members(server, listening...) {
			ports = append(ports, listens(r))
		}
	}
	allowed := h.protocol == "tcp" && h.ports.First == h.ports.Last && h.ports.First > 0 && slices.Contains(ports, h.ports.First)
	return problem(!allowed, "it lets %v reach %v at %s:%v, where nothing of the next layer listens", client, server, h.protocol, h.ports)
}

// ends are who connects and to whom.
func (h half) ends() (client, server Peer) {
	if h.egress {
		return h.group, h.peer
	}
	return h.peer, h.group
}

// listens returns the port of a resource: interface endpoints have that of HTTPS. A
// replica has its primary's, which its own port, not declared, does not say: 0.
func listens(r *Resource) int {
	if r.Type == VpcEndpoint {
		return 443
	}
	return port(r, "port")
}

func port(r *Resource, input string) int {
	number, _ := r.Input(input).(float64)
	return int(number)
}

func otherHalf(g Graph) judge {
	all := halves(g)
	return func(r *Resource) (problems []string) {
		for _, h := range all {
			if h.says != r || h.peer.Kind != SecurityGroupPeer || !g.has(h.peer) {
				continue
			}
			answered := slices.ContainsFunc(all, func(other half) bool {
				_, ports, ok := h.meets(other)
				if !h.egress {
					_, ports, ok = other.meets(h)
				}
				return ok && ports == h.ports
			})
			client, server := h.ends()
			problems = append(problems, problem(!answered, "the other half of %v to %v at %s:%v is missing", client, server, h.protocol, h.ports)...)
		}
		return problems
	}
}

// reachable wants a rule, whatever its half and port, from who needs a resource to it. The
// other rules say what such a rule must be like.
func reachable(g Graph) judge {
	all := halves(g)
	return func(r *Resource) (problems []string) {
		clients := g.Of(LaunchTemplate)
		if r.Type == LaunchTemplate {
			clients = g.Of(LoadBalancer)
		}
		for _, client := range clients {
			reaches := slices.ContainsFunc(all, func(h half) bool {
				from, to := h.ends()
				return slices.Contains(g.groupsOf(client), from) && slices.Contains(g.groupsOf(r), to)
			})
			problems = append(problems, problem(!reaches && len(g.groupsOf(r)) > 0, "no rule lets %v reach it", client)...)
		}
		return problems
	}
}
