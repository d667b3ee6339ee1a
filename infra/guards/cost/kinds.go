package cost

import (
	"fmt"
	"strings"

	"myclothes/infra/guards"
)

// priced are the types of resources that cost money, and how to count them.
var priced = map[string]func(*estimator, *guards.Resource){
	guards.AutoScalingGroup:                  (*estimator).fleet,
	guards.ScalingPolicy:                     (*estimator).scalingPolicy,
	guards.LoadBalancer:                      (*estimator).loadBalancer,
	guards.VpcEndpoint:                       (*estimator).vpcEndpoint,
	guards.ReplicationGroup:                  (*estimator).cache,
	guards.DBInstance:                        (*estimator).database,
	guards.Table:                             (*estimator).table,
	guards.Bucket:                            (*estimator).bucket,
	guards.Secret:                            (*estimator).secret,
	"aws:ec2/natGateway:NatGateway":          (*estimator).nat,
	"aws:ec2/eip:Eip":                        (*estimator).address,
	"aws:kms/key:Key":                        (*estimator).kmsKey,
	"aws:cloudwatch/metricAlarm:MetricAlarm": (*estimator).alarm,
}

// free are the types that AWS asks nothing for, and why.
var free = map[string]string{
	guards.VpcResource:                        "AWS asks nothing for a VPC",
	guards.Vpc:                                "its parts are priced one by one",
	guards.Subnet:                             "AWS asks nothing for subnets",
	guards.Route:                              "AWS asks nothing for routes",
	guards.RouteTableAssociation:              "AWS asks nothing for routes",
	"aws:ec2/routeTable:RouteTable":           "AWS asks nothing for routes",
	"aws:ec2/internetGateway:InternetGateway": "traffic is priced where it comes from",
	guards.SecurityGroup:                      "AWS asks nothing for security groups",
	guards.DefaultSecurityGroup:               "AWS asks nothing for security groups",
	guards.SecurityGroupRule:                  "AWS asks nothing for security groups",
	guards.SecurityGroupIngressRule:           "AWS asks nothing for security groups",
	guards.SecurityGroupEgressRule:            "AWS asks nothing for security groups",
	guards.LaunchTemplate:                     "its instances are priced with their group",
	"aws:autoscaling/schedule:Schedule":       "AWS asks nothing for scheduled actions",
	guards.TargetGroup:                        "priced with its load balancer",
	guards.Listener:                           "priced with its load balancer",
	"aws:lb/listenerRule:ListenerRule":        "priced with its load balancer",
	guards.CacheParameterGroup:                "a setting of the cache",
	guards.CacheSubnetGroup:                   "a setting of the cache",
	guards.DBParameterGroup:                   "a setting of the database",
	guards.DBSubnetGroup:                      "a setting of the database",
	guards.InstanceProfile:                    "AWS asks nothing for IAM",
	guards.Role:                               "AWS asks nothing for IAM",
	guards.RolePolicy:                         "AWS asks nothing for IAM",
	guards.RolePolicyAttachment:               "AWS asks nothing for IAM",
	guards.Policy:                             "AWS asks nothing for IAM",
	guards.Object:                             "priced with its bucket",
	guards.BucketPolicy:                       "a setting of a bucket",
	guards.BucketPublicAccessBlock:            "a setting of a bucket",
	guards.BucketEncryption:                   "a setting of a bucket",
	guards.SecretPolicy:                       "a setting of a secret",
	guards.SecretVersion:                      "priced with its secret",
	"aws:kms/alias:Alias":                     "AWS asks nothing for names of keys",
	guards.RandomBytes:                        "lives in the state alone",
	guards.RandomID:                           "lives in the state alone",
	guards.RandomPassword:                     "lives in the state alone",
	guards.Stack:                              "its parts are priced one by one",
}

// Free says why a resource costs nothing; empty if it costs something or nobody knows.
func Free(r *guards.Resource) string {
	switch {
	case free[r.Type] != "":
		return free[r.Type]
	case r.Component && strings.HasPrefix(r.Type, "myclothes:"):
		return "its parts are priced one by one"
	case strings.HasPrefix(r.Type, "pulumi:providers:"):
		return "lives in the state alone"
	}
	return ""
}

// spread is in how many Availability Zones a resource is, one subnet in each. Subnets that
// only an update will tell are as many as the network has zones.
func (e *estimator) spread(r *guards.Resource, subnets string) float64 {
	if list, ok := r.Input(subnets).([]any); ok {
		return float64(len(list))
	}
	for _, network := range e.graph.Of(guards.Vpc) {
		if zones, ok := network.Input("availabilityZoneNames").([]any); ok {
			return float64(len(zones))
		}
	}
	zones := map[any]bool{}
	for _, subnet := range e.graph.Of(guards.Subnet) {
		zones[subnet.Input("availabilityZone")] = true
	}
	return float64(len(zones))
}

// loadBalancer counts an Application Load Balancer. Of the four measures of its capacity
// units the two count that requests alone tell: 25 new connections a second and 1 GB an
// hour (https://aws.amazon.com/elasticloadbalancing/pricing/).
func (e *estimator) loadBalancer(r *guards.Resource) {
	if kind := r.Input("loadBalancerType"); kind != nil && kind != "application" {
		e.without(r, fmt.Sprintf("the table has no price for load balancers of type %v", kind))
		return
	}
	e.add(r, Hours, balancer)
	connections := e.usage.of("requests") / max(1, e.usage.of("requestsPerConnection")) / (Hours * 3600)
	units := max(connections/25, e.usage.of("outGB")/Hours)
	e.add(r, units*Hours, capacity, "spread evenly over the month", e.usage.assumes("requests", "requestsPerConnection", "outGB"))
	if r.Input("internal") != true {
		e.add(r, e.spread(r, "subnets")*Hours, publicAddress, "one in each Availability Zone")
	}
	e.add(r, e.usage.of("outGB"), internetData, e.usage.assumes("outGB"))
}

// vpcEndpoint counts an endpoint with interfaces; gateways cost nothing
// (https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html).
func (e *estimator) vpcEndpoint(r *guards.Resource) {
	if kind := r.Input("vpcEndpointType"); kind == nil || kind == "Gateway" {
		return
	}
	e.add(r, e.spread(r, "subnetIds")*Hours, endpoint)
	interfaces := 0.0
	for _, other := range e.graph.Of(r.Type) {
		if kind := other.Input("vpcEndpointType"); kind != nil && kind != "Gateway" {
			interfaces++
		}
	}
	e.add(r, e.usage.of("endpointGB")/interfaces, endpointData, e.usage.assumes("endpointGB")+fmt.Sprintf(" over %v", interfaces))
}

// nat counts one gateway; the data goes through all of them together.
func (e *estimator) nat(r *guards.Resource) {
	e.add(r, Hours, natGateway)
	gateways := float64(len(e.graph.Of(r.Type)))
	e.add(r, e.usage.of("natGB")/gateways, natData, e.usage.assumes("natGB")+fmt.Sprintf(" over %v", gateways))
}

func (e *estimator) address(r *guards.Resource) { e.add(r, Hours, publicAddress) }

func (e *estimator) kmsKey(r *guards.Resource) { e.add(r, 1, encryptionKey, "without its requests") }

func (e *estimator) alarm(r *guards.Resource) { e.add(r, 1, metricAlarm, "watches one metric") }
