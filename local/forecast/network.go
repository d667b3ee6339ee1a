package forecast

import (
	"fmt"
	"slices"
	"strings"

	"myclothes/infra/guards"
	"myclothes/local/cloud/aws"
	"myclothes/local/engine"
)

// moved is the network, if it is replaced.
func (c *change) moved() engine.Change {
	for _, ch := range c.changes(guards.VpcResource) {
		if ch.Operation == engine.Replace {
			return ch
		}
	}
	return engine.Change{}
}

// ofNetwork are the types that are replaced, or changed, with the network.
var ofNetwork = map[string]bool{
	guards.Subnet: true, guards.Route: true, guards.RouteTableAssociation: true, guards.VpcEndpoint: true, guards.SecurityGroup: true,
	guards.CacheSubnetGroup: true, guards.DBSubnetGroup: true, guards.TargetGroup: true, guards.DefaultSecurityGroup: true,
	"aws:ec2/routeTable:RouteTable": true, "aws:ec2/internetGateway:InternetGateway": true, "aws:ec2/natGateway:NatGateway": true,
}

// immovable is what is refused when a network, or a part of it, is replaced.
const immovable = "AWS moves no load balancer, cache or database into another network: the update stops where it tries, halfway, and they have to be made anew"

func networkGoes(c *change, ch engine.Change) []finding {
	if ch.Operation == engine.Delete {
		return []finding{{Reason: Reason{Verdict: Unknown, Text: fate(ch) + ": AWS refuses while something is in it, and nothing declared tells what is where"}}}
	}
	if ch.Type == guards.Subnet { // in a network that stays
		c.refuse("AWS refuses a subnet whose addresses another one still has, and to take away one that is in use: the update stops there")
		return []finding{{Reason: Reason{Verdict: Unknown, Text: fate(ch) + ": AWS refuses to take it away while something is in it, and a block that overlaps it"}}}
	}
	c.refuse(immovable)
	return []finding{{Reason{Verdict: Yes, Text: fate(ch) + ": what is in it cannot move, and has to be made anew"}, Span{onAWS(aws.InstanceBoot), 0}}}
}

// leaves is a group of subnets that has others than before.
func leaves(c *change, ch engine.Change, p engine.Property) []finding {
	var kept []string
	for _, r := range c.after.Referenced(c.is(ch), guards.Subnet, "subnetIds") {
		kept = append(kept, r.URN)
	}
	for _, r := range c.before.Referenced(c.was(ch), guards.Subnet, "subnetIds") {
		if !slices.Contains(kept, r.URN) {
			return []finding{{Reason: Reason{Verdict: Unknown, Text: fmt.Sprintf("%s leaves %s: AWS refuses while something of it is there, and nothing declared tells", ch.Title(), r.Name)}}}
		}
	}
	return nil
}

// routeGoes is about the way out: answers of the load balancer go through the public
// subnets, and instances need theirs when they boot and to read secrets again.
func routeGoes(c *change, ch engine.Change) []finding {
	if strings.Contains(ch.Name, "public") {
		return []finding{{Reason: Reason{Verdict: Unknown, Text: fate(ch) + ": the load balancer answers by this way"}}}
	}
	return []finding{{Reason: Reason{Verdict: No, Text: fate(ch) + ": no request of the shop goes out by this way"}}}
}

func endpointGoes(c *change, ch engine.Change) []finding {
	if strings.Contains(word(c.was(ch).Input("serviceName")), ".dynamodb") {
		if from, to := c.stores(); !to.known || to.name == "dynamodb" || from.name == "dynamodb" {
			return []finding{{Reason: Reason{Verdict: Unknown, Text: fate(ch) + ": instances reach their carts by it"}}}
		}
	}
	return []finding{{Reason: Reason{Verdict: No, Text: fate(ch) + ": instances use it when they boot and for secrets that they remember"}}}
}
