package drawing

import (
	"maps"
	"slices"
	"strings"

	"myclothes/infra/guards"
)

// drawn are the types that a drawing shows, as frames, as nodes or as arrows.
var drawn = []string{
	guards.AutoScalingGroup, guards.LaunchTemplate, guards.LoadBalancer, guards.Listener, natGateway, guards.Subnet, guards.VpcEndpoint,
	guards.ReplicationGroup, guards.CacheSubnetGroup, guards.DBInstance, guards.DBSubnetGroup, guards.Table, guards.Bucket, guards.Secret,
	guards.SecurityGroup, guards.DefaultSecurityGroup, guards.SecurityGroupRule, guards.SecurityGroupIngressRule, guards.SecurityGroupEgressRule,
}

// undrawn are the types that a drawing leaves out, and why.
var undrawn = map[string]string{
	guards.ScalingPolicy:                      "how many instances there are, the group says",
	guards.TargetGroup:                        "the arrow from load balancer to group",
	guards.VpcResource:                        "all zones together",
	guards.Vpc:                                "all zones together",
	guards.Route:                              "the names of the tiers",
	guards.RouteTableAssociation:              "the names of the tiers",
	"aws:ec2/routeTable:RouteTable":           "the names of the tiers",
	"aws:ec2/internetGateway:InternetGateway": "the arrows from and to the internet",
	"aws:ec2/eip:Eip":                         "an address of a NAT gateway",
	guards.CacheParameterGroup:                "a setting of the cache",
	guards.DBParameterGroup:                   "a setting of the database",
	guards.InstanceProfile:                    "who instances are, not what they reach",
	guards.Role:                               "who instances are, not what they reach",
	guards.RolePolicy:                         "who instances are, not what they reach",
	guards.Object:                             "what is in a bucket",
	guards.BucketPolicy:                       "a setting of a bucket",
	guards.BucketPublicAccessBlock:            "a setting of a bucket",
	guards.BucketEncryption:                   "a setting of a bucket",
	guards.SecretVersion:                      "what is in a secret",
	guards.RandomBytes:                        "lives in the state alone",
	guards.RandomID:                           "lives in the state alone",
	guards.RandomPassword:                     "lives in the state alone",
	guards.Stack:                              "everything",
}

// Missing lists the types of a graph that are neither drawn nor left out on purpose.
// Components and providers are what the declaration groups by, and nothing of AWS's.
func Missing(g guards.Graph) []string {
	types := map[string]bool{}
	for _, r := range g {
		ours := r.Component && strings.HasPrefix(r.Type, "myclothes:")
		if !ours && !strings.HasPrefix(r.Type, "pulumi:providers:") && !slices.Contains(drawn, r.Type) && undrawn[r.Type] == "" {
			types[r.Type] = true
		}
	}
	return slices.Sorted(maps.Keys(types))
}
