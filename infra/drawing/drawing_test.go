package drawing

import (
	"cmp"
	"encoding/xml"
	"io"
	"slices"
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
	svg := string(Draw("shop", shop()))
	for _, words := range []string{"Application Load Balancer", "HTTP 80", "2 to 4 × t4g.small", "valkey 8.0, cache.t4g.micro", "primary", "replica",
		"eu-west-1a", "eu-west-1b", "<title id=\"title\">shop</title>", "Auto Scaling group to ElastiCache on 6379", ">8080<", ">6379<", ">internet<"} {
		require.Contains(t, svg, words)
	}
	for _, words := range []string{"NAT", "RDS", "DynamoDB", "stickiness", "added", "removed"} {
		require.NotContains(t, strings.Split(svg, "</style>")[1], words)
	}
	require.Equal(t, 3, strings.Count(svg, `class="arrow" d="M`)-1, "and one in the legend")
}

func TestADrawingIsTheSameEveryTime(t *testing.T) {
	t.Parallel()
	for range 20 {
		require.Equal(t, Draw("shop", shop()), Draw("shop", shop()))
	}
}

func TestADrawingIsWellFormed(t *testing.T) {
	t.Parallel()
	odd := shop(declared(guards.Secret, `<b>&"`, nil))
	decoder := xml.NewDecoder(strings.NewReader(string(Draw("shop", odd))))
	for {
		_, err := decoder.Token()
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
	}
}

func TestWhatOnlyOneOfTwoDeclarationsHasIsMarked(t *testing.T) {
	t.Parallel()
	open := shop(rule(guards.SecurityGroupIngressRule, "world", "cache", "0.0.0.0/0", 6379))
	require.Equal(t, 1, strings.Count(string(Compare("shop", shop(), open)), `class="arrow added"`))
	require.Equal(t, 1, strings.Count(string(Compare("shop", open, shop())), `class="arrow removed"`))
	require.Nil(t, Compare("shop", open, open))

	bucket := string(Compare("shop", shop(), shop(declared(guards.Bucket, "release", nil))))
	require.Contains(t, bucket, `class="frame regional added"`)
	require.Contains(t, bucket, "+ S3 bucket")
	require.Contains(t, bucket, ">+ comes with the change<")
	require.Contains(t, bucket, ">− goes with the change<")
	require.NotContains(t, string(Draw("shop", shop())), "with the change", "where nothing is compared")

	larger := shop()
	larger.Named(guards.ReplicationGroup, "cache").Inputs["numCacheClusters"] = 3.0
	larger.Named(guards.ReplicationGroup, "cache").Inputs["nodeType"] = "cache.m7g.large"
	cache := string(Compare("shop", shop(), larger))
	require.Equal(t, 1, strings.Count(cache, "+ replica"))
	require.Contains(t, cache, "− valkey 8.0, cache.t4g.micro")
	require.Contains(t, cache, "+ valkey 8.0, cache.m7g.large")
}

func TestWhatNobodyThoughtOfIsMissing(t *testing.T) {
	t.Parallel()
	require.Empty(t, Missing(shop()))
	require.Equal(t, []string{"aws:sqs/queue:Queue"}, Missing(shop(declared("aws:sqs/queue:Queue", "orders", nil))))
}

// Arrows that turn back and arrows that go on, from several frames, still do not cross.
func TestArrowsDoNotCross(t *testing.T) {
	t.Parallel()
	l := arrange(read(shop(
		declared(guards.Bucket, "release", nil), declared(guards.VpcEndpoint, "s3", map[string]any{"serviceName": "com.amazonaws.eu-west-1.s3", "vpcEndpointType": "Gateway"}),
		rule(guards.SecurityGroupEgressRule, "out", "app", "0.0.0.0/0", 443),
		rule(guards.SecurityGroupEgressRule, "cache-out", "cache", "0.0.0.0/0", 443),
		rule(guards.SecurityGroupEgressRule, "alb-cache", "alb", "cache", 6379), rule(guards.SecurityGroupIngressRule, "cache-alb", "cache", "alb", 6379),
	)))
	for _, w := range []way{leftWay, rightWay} {
		all := l.ofWay(w)
		require.NotEmpty(t, all)
		slices.SortStableFunc(all, func(a, b *route) int { return cmp.Compare(a.lane, b.lane) })
		require.Zero(t, crossings(all))
	}
}
