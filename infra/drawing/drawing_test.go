package drawing

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
)

// declared makes a resource as a state has it.
func declared(typ, name string, inputs map[string]any) *guards.Resource {
	return guards.New(map[string]any{
		"type": typ, "urn": "urn:pulumi:dev::shop::" + typ + "::" + name, "custom": true, "id": name,
		"inputs": inputs, "outputs": map[string]any{"arn": name, "name": name, "identifier": name},
	})
}

// rule is one half of a flow.
func rule(typ, name, group, peer string, port int) *guards.Resource {
	inputs := map[string]any{"securityGroupId": group, "ipProtocol": "tcp", "fromPort": float64(port), "toPort": float64(port)}
	if strings.Contains(peer, "/") {
		inputs["cidrIpv4"] = peer
	} else {
		inputs["referencedSecurityGroupId"] = peer
	}
	return declared(typ, name, inputs)
}

// shop is a load balancer before instances in two zones, and a cache.
func shop(more ...*guards.Resource) guards.Graph {
	return guards.NewGraph(append([]*guards.Resource{
		declared(guards.Subnet, "a", map[string]any{"availabilityZone": "eu-west-1a"}),
		declared(guards.Subnet, "b", map[string]any{"availabilityZone": "eu-west-1b"}),
		declared(guards.SecurityGroup, "alb", nil), declared(guards.SecurityGroup, "app", nil), declared(guards.SecurityGroup, "cache", nil),
		declared(guards.LoadBalancer, "web", map[string]any{"securityGroups": []any{"alb"}, "subnets": []any{"a", "b"}}),
		declared(guards.Listener, "http", map[string]any{"loadBalancerArn": "web", "protocol": "HTTP", "port": 80.0}),
		declared(guards.LaunchTemplate, "servers", map[string]any{"vpcSecurityGroupIds": []any{"app"}, "instanceType": "t4g.small"}),
		declared(guards.AutoScalingGroup, "servers", map[string]any{
			"minSize": 2.0, "maxSize": 4.0, "vpcZoneIdentifiers": []any{"a", "b"}, "launchTemplate": map[string]any{"id": "servers"}}),
		declared(guards.CacheSubnetGroup, "caches", map[string]any{"subnetIds": []any{"a", "b"}}),
		declared(guards.ReplicationGroup, "cache", map[string]any{
			"securityGroupIds": []any{"cache"}, "subnetGroupName": "caches", "numCacheClusters": 2.0, "engine": "valkey", "engineVersion": "8.0", "nodeType": "cache.t4g.micro"}),
		rule(guards.SecurityGroupIngressRule, "internet", "alb", "0.0.0.0/0", 80),
		rule(guards.SecurityGroupEgressRule, "alb-out", "alb", "app", 8080), rule(guards.SecurityGroupIngressRule, "app-in", "app", "alb", 8080),
		rule(guards.SecurityGroupEgressRule, "app-out", "app", "cache", 6379), rule(guards.SecurityGroupIngressRule, "cache-in", "cache", "app", 6379),
	}, more...)...)
}

func TestWhatIsDeclaredIsDrawnAndWhatIsOffIsNot(t *testing.T) {
	t.Parallel()
	svg := string(Draw(shop(), nil))
	for _, words := range []string{"Application Load Balancer", "HTTP 80", "2 to 4 × t4g.small", "valkey 8.0, cache.t4g.micro", "primary", "replica",
		"eu-west-1a", "eu-west-1b", ">8080<", ">6379<", ">internet<"} {
		require.Contains(t, svg, words)
	}
	for _, words := range []string{"NAT", "RDS", "DynamoDB", "added", "removed"} {
		require.NotContains(t, strings.Split(svg, "</style>")[1], words)
	}
	require.Equal(t, 3, strings.Count(svg, "marker-end"))
}

func TestADrawingIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	for range 20 {
		require.Equal(t, Draw(shop(), nil), Draw(shop(), nil))
	}
}

func TestADrawingIsWellFormed(t *testing.T) {
	t.Parallel()
	odd := shop(declared(guards.Secret, `<b>&"`, nil))
	decoder := xml.NewDecoder(strings.NewReader(string(Draw(odd, nil))))
	for {
		_, err := decoder.Token()
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
	}
}

func TestArrowsThatOnlyOneOfTwoDeclarationsHasAreMarked(t *testing.T) {
	t.Parallel()
	open := shop(rule(guards.SecurityGroupIngressRule, "world", "cache", "0.0.0.0/0", 6379))
	require.Contains(t, string(Draw(open, shop())), "6379 added")
	require.Contains(t, string(Draw(shop(), open)), "6379 removed")
	require.NotContains(t, string(Draw(open, open)), "6379 added")
}

func TestWhatNobodyThoughtOfIsMissing(t *testing.T) {
	t.Parallel()
	require.Empty(t, Missing(shop()))
	require.Equal(t, []string{"aws:sqs/queue:Queue"}, Missing(shop(declared("aws:sqs/queue:Queue", "orders", nil))))
}

// An arrow's ends on one side of a frame are in an order in which arrows do not cross.
func TestArrowsOfOneSideDoNotCross(t *testing.T) {
	t.Parallel()
	l := arrange(shop(rule(guards.SecurityGroupEgressRule, "out", "app", "0.0.0.0/0", 443)), nil)
	for _, r := range l.arrows {
		for _, other := range l.arrows {
			across := other.lane > r.lane && other.lane < r.fromX
			between := r.fromY > min(other.fromY, other.toY) && r.fromY < max(other.fromY, other.toY)
			require.False(t, across && between, "%v crosses %v", r, other)
		}
	}
}
