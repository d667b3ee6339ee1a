package tests

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// outside are the peers that are no security group.
var outside = []string{"internet", "s3", "dynamodb"}

// half is one rule: what one side lets through.
type half struct {
	group, peer string
	from, to    int
}

// halves reads back the rules of one kind.
func halves(g graph, kind string) []half {
	groups := map[any]string{}
	for _, r := range g.of("SecurityGroup") {
		groups[r.name+"-id"] = strings.TrimPrefix(r.name, "groups-")
	}
	var all []half
	for _, r := range g.of(kind) {
		h := half{group: groups[r.input("securityGroupId")], from: int(r.input("fromPort").(float64)), to: int(r.input("toPort").(float64))}
		switch {
		case r.input("referencedSecurityGroupId") != nil:
			h.peer = groups[r.input("referencedSecurityGroupId")]
		case r.input("prefixListId") != nil:
			h.peer = strings.TrimPrefix(r.input("prefixListId").(string), "pl-network-")
		case r.input("cidrIpv4") == "0.0.0.0/0":
			h.peer = "internet"
		}
		all = append(all, h)
	}
	return all
}

// permitted computes every connection that the registered rules let through, as
// "from to:port". Both ends must agree, where an end is a group.
func permitted(g graph) []string {
	egress, ingress := halves(g, "SecurityGroupEgressRule"), halves(g, "SecurityGroupIngressRule")
	peers := slices.Clone(outside)
	for _, r := range g.of("SecurityGroup") {
		peers = append(peers, strings.TrimPrefix(r.name, "groups-"))
	}
	covers := func(rules []half, group, peer string, port int) bool {
		return slices.Contains(outside, group) || slices.ContainsFunc(rules, func(h half) bool {
			return h.group == group && h.peer == peer && h.from <= port && port <= h.to
		})
	}
	open := []string{}
	for _, from := range peers {
		for _, to := range peers {
			for port := range 1 << 16 {
				bothOutside := slices.Contains(outside, from) && slices.Contains(outside, to)
				if !bothOutside && covers(egress, from, to, port) && covers(ingress, to, from, port) {
					open = append(open, fmt.Sprintf("%s %s:%d", from, to, port))
				}
			}
		}
	}
	slices.Sort(open)
	return open
}

func TestExactlyThePermittedFlowsAreOpen(t *testing.T) {
	t.Parallel()
	usual := []string{"alb app:8080", "app cache:6379", "app database:5432", "app s3:443", "internet alb:80"}
	for name, more := range map[string][]string{
		"dev":      {"app internet:443"},
		"rung 1":   {"app internet:443"},
		"no NAT":   {"app endpoints:443"},
		"https":    {"app internet:443", "internet alb:443"},
		"dynamodb": {"app internet:443", "app dynamodb:443"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := append(slices.Clone(usual), more...)
			slices.Sort(want)
			require.Equal(t, want, permitted(evaluate(t, update, configurations[name])))
		})
	}
}

func TestEveryRuleIsHalfOfAFlow(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		open := strings.Join(permitted(g), "\n") + "\n"
		for _, h := range halves(g, "SecurityGroupEgressRule") {
			require.Contains(t, open, fmt.Sprintf("%s %s:%d\n", h.group, h.peer, h.to))
		}
		for _, h := range halves(g, "SecurityGroupIngressRule") {
			require.Contains(t, open, fmt.Sprintf("%s %s:%d\n", h.peer, h.group, h.to))
		}
	})
}

func TestGroupsHaveNoInlineRulesAndTheDefaultGroupHasNone(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		for _, r := range append(g.of("SecurityGroup"), g.the(t, "DefaultSecurityGroup")) {
			require.Nil(t, r.input("ingress"), r)
			require.Nil(t, r.input("egress"), r)
		}
	})
}

func TestOnlyTheLoadBalancerIsOpenToTheInternet(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		for _, flow := range permitted(g) {
			if strings.HasPrefix(flow, "internet ") {
				require.Contains(t, flow, "internet alb:")
			}
		}
		for _, r := range g.of("Instance") {
			require.Equal(t, false, r.input("publiclyAccessible"), r)
		}
		for _, subnet := range g.the(t, "Group").input("vpcZoneIdentifiers").([]any) {
			require.Contains(t, subnet, "private")
		}
	})
}
