package guards_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
)

// resource is one of a type, with an id like its name.
func resource(typ, name string, inputs map[string]any) *guards.Resource {
	return guards.New(map[string]any{"type": typ, "urn": "urn:pulumi:dev::shop::" + typ + "::" + name, "custom": true, "id": name, "inputs": inputs})
}

func ingress(name, group string, inputs map[string]any) *guards.Resource {
	inputs["securityGroupId"] = group
	return resource(guards.SecurityGroupIngressRule, name, inputs)
}

func egress(name, group string, inputs map[string]any) *guards.Resource {
	inputs["securityGroupId"] = group
	return resource(guards.SecurityGroupEgressRule, name, inputs)
}

// tcp is a rule that opens ports and names its peer by one input.
func tcp(from, to int, input, peer string) map[string]any {
	return map[string]any{"ipProtocol": "tcp", "fromPort": float64(from), "toPort": float64(to), input: peer}
}

func TestWhoCanReachWhom(t *testing.T) {
	t.Parallel()
	const group = "referencedSecurityGroupId"
	for name, c := range map[string]struct {
		rules []*guards.Resource
		want  []string
	}{
		"no rules":           {nil, nil},
		"half is not enough": {[]*guards.Resource{egress("e", "app", tcp(5432, 5432, group, "db"))}, nil},
		"both halves": {[]*guards.Resource{egress("e", "app", tcp(5432, 5432, group, "db")), ingress("i", "db", tcp(5432, 5432, group, "app"))},
			[]string{"app db:5432"}},
		"what both let through": {[]*guards.Resource{egress("e", "app", tcp(5000, 6000, group, "db")), ingress("i", "db", tcp(5432, 7000, group, "app"))},
			[]string{"app db:5432-6000"}},
		"ports that do not meet": {[]*guards.Resource{egress("e", "app", tcp(1, 10, group, "db")), ingress("i", "db", tcp(11, 20, group, "app"))}, nil},
		"ranges that touch are one": {[]*guards.Resource{ingress("i", "db", tcp(1, 10, "cidrIpv4", "0.0.0.0/0")), ingress("j", "db", tcp(11, 20, "cidrIpv4", "0.0.0.0/0")), ingress("k", "db", tcp(30, 30, "cidrIpv4", "0.0.0.0/0"))},
			[]string{"internet db:1-20,30"}},
		"all of IPv6 is the internet": {[]*guards.Resource{ingress("i", "db", tcp(5432, 5432, "cidrIpv6", "::/0"))}, []string{"internet db:5432"}},
		"an IPv6 network":             {[]*guards.Resource{ingress("i", "db", tcp(5432, 5432, "cidrIpv6", "2001:DB8:0::/32"))}, []string{"2001:db8::/32 db:5432"}},
		"any other network":           {[]*guards.Resource{ingress("i", "db", tcp(5432, 5432, "cidrIpv4", "10.0.0.0/8"))}, []string{"10.0.0.0/8 db:5432"}},
		"half of the internet":        {[]*guards.Resource{ingress("i", "db", tcp(5432, 5432, "cidrIpv4", "0.0.0.0/1"))}, []string{"0.0.0.0/1 db:5432"}},
		"an address that is none":     {[]*guards.Resource{ingress("i", "db", tcp(5432, 5432, "cidrIpv4", "everywhere"))}, []string{"unknown db:5432"}},
		"a prefix list":               {[]*guards.Resource{egress("e", "app", tcp(443, 443, "prefixListId", "pl-1"))}, []string{"app pl-1:443"}},
		"a group elsewhere":           {[]*guards.Resource{ingress("i", "db", tcp(5432, 5432, group, "sg-far"))}, []string{"sg-far db:5432"}},
		"a peer that is not known":    {[]*guards.Resource{ingress("i", "db", tcp(5432, 5432, group, "04da6b54-80e4-46f7-96ec-b56ff0331ba9"))}, []string{"unknown db:5432"}},
		"everybody is also the other groups": {[]*guards.Resource{egress("e", "app", tcp(443, 443, "cidrIpv4", "0.0.0.0/0")), ingress("i", "db", tcp(443, 443, group, "app"))},
			[]string{"app db:443", "app internet:443"}},
		"everybody on both sides": {[]*guards.Resource{egress("e", "app", tcp(443, 443, "cidrIpv4", "0.0.0.0/0")), ingress("i", "db", tcp(443, 444, "cidrIpv4", "0.0.0.0/0"))},
			[]string{"app db:443", "app internet:443", "internet db:443-444"}},
		"out by name, in for everybody": {[]*guards.Resource{egress("e", "app", tcp(80, 80, group, "db")), ingress("i", "db", tcp(80, 80, "cidrIpv4", "0.0.0.0/0"))},
			[]string{"app db:80", "internet db:80"}},
		"every protocol": {[]*guards.Resource{egress("e", "app", map[string]any{"ipProtocol": "-1", group: "db"}), ingress("i", "db", tcp(5432, 5432, group, "app"))},
			[]string{"app db:5432"}},
		"everything":                  {[]*guards.Resource{ingress("i", "db", map[string]any{"ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"})}, []string{"internet db:all:0-65535"}},
		"another protocol":            {[]*guards.Resource{egress("e", "app", map[string]any{"ipProtocol": "17", "fromPort": 53.0, "toPort": 53.0, group: "db"}), ingress("i", "db", tcp(53, 53, group, "app"))}, nil},
		"a protocol by its number":    {[]*guards.Resource{ingress("i", "db", map[string]any{"ipProtocol": "6", "fromPort": 22.0, "toPort": 22.0, "cidrIpv4": "0.0.0.0/0"})}, []string{"internet db:22"}},
		"an older rule":               {[]*guards.Resource{resource(guards.SecurityGroupRule, "r", map[string]any{"type": "ingress", "securityGroupId": "db", "protocol": "tcp", "fromPort": 22.0, "toPort": 22.0, "ipv6CidrBlocks": []any{"::/0"}})}, []string{"internet db:22"}},
		"a list in a group":           {[]*guards.Resource{resource(guards.SecurityGroup, "web", map[string]any{"ingress": []any{map[string]any{"protocol": "tcp", "fromPort": 80.0, "toPort": 80.0, "cidrBlocks": []any{"0.0.0.0/0", "10.0.0.0/8"}}}})}, []string{"10.0.0.0/8 web:80", "internet web:80"}},
		"a default group with itself": {[]*guards.Resource{resource(guards.DefaultSecurityGroup, "usual", map[string]any{"ingress": []any{map[string]any{"protocol": "-1", "self": true}}, "egress": []any{map[string]any{"protocol": "-1", "self": true}}})}, []string{"usual usual:all:0-65535"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := guards.NewGraph(append(c.rules, resource(guards.SecurityGroup, "app", nil), resource(guards.SecurityGroup, "db", nil))...)
			var got []string
			for _, flow := range guards.Flows(g) {
				require.NotEmpty(t, flow.Rules)
				got = append(got, fmt.Sprint(flow))
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestAPrefixListIsNamedByItsEndpoint(t *testing.T) {
	t.Parallel()
	endpoint := resource(guards.VpcEndpoint, "network-s3", nil)
	endpoint.Outputs["prefixListId"] = "pl-1"
	g := guards.NewGraph(endpoint, resource(guards.SecurityGroup, "app", nil), egress("e", "app", tcp(443, 443, "prefixListId", "pl-1")))
	require.Equal(t, guards.Peer{Kind: guards.PrefixListPeer, Name: "network-s3"}, guards.Flows(g)[0].To)
}
