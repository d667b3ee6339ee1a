package tests

import (
	"myclothes/infra/guards"
)

// Rules of security groups by their logical names.
const (
	ingress8080 = "groups-alb-to-app-8080-ingress"
	ingress5432 = "groups-app-to-database-5432-ingress"
	egress5432  = "groups-app-to-database-5432-egress"
	egress443   = "groups-app-to-internet-443-egress"
)

var networkMutations = map[string][]mutation{
	"default-group-empty": {{
		"the group as AWS makes it", "dev",
		set(guards.DefaultSecurityGroup, nil, map[string]any{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "self": true}, "ingress", 0), []string{"network-default"},
	}},
	"no-inline-rules": {{
		"a list in a group", "dev",
		set(guards.SecurityGroup, []string{"groups-alb"}, map[string]any{"protocol": "tcp", "fromPort": 80.0, "toPort": 80.0, "cidrBlocks": []any{"0.0.0.0/0"}}, "ingress", 0),
		[]string{"groups-alb"},
	}},
	"addresses-reach-load-balancers": {
		{"the database to all of IPv6", "dev", like(guards.SecurityGroupIngressRule, ingress5432, "open", map[string]any{"referencedSecurityGroupId": nil, "cidrIpv6": "::/0"}), []string{"open"}},
		{"the database to the internet", "dev", like(guards.SecurityGroupIngressRule, ingress5432, "open", map[string]any{"referencedSecurityGroupId": nil, "cidrIpv4": "0.0.0.0/0"}), []string{"open"}},
		{"the database to a network", "dev", like(guards.SecurityGroupIngressRule, ingress5432, "open", map[string]any{"referencedSecurityGroupId": nil, "cidrIpv4": "10.0.0.0/16"}), []string{"open"}},
		{"the database to a prefix list", "dev", like(guards.SecurityGroupIngressRule, ingress5432, "open", map[string]any{"referencedSecurityGroupId": nil, "prefixListId": "pl-far"}), []string{"open"}},
		{"SSH to the load balancer", "dev", like(guards.SecurityGroupIngressRule, "groups-internet-to-alb-80-ingress", "open", map[string]any{"fromPort": 22.0, "toPort": 22.0}), []string{"open"}},
		{"HTTPS where nobody listens", "dev", like(guards.SecurityGroupIngressRule, "groups-internet-to-alb-80-ingress", "open", map[string]any{"fromPort": 443.0, "toPort": 443.0}), []string{"open"}},
		{"every port up to HTTP", "dev", set(guards.SecurityGroupIngressRule, []string{"groups-internet-to-alb-80-ingress"}, 0.0, "fromPort"), []string{"groups-internet-to-alb-80-ingress"}},
		{"an older rule", "dev", attached(guards.SecurityGroupRule, "open", map[string]any{
			"type": "ingress", "securityGroupId": "groups-database-id", "protocol": "tcp", "fromPort": 5432.0, "toPort": 5432.0, "cidrBlocks": []any{"0.0.0.0/0"}, "tags": tags(),
		}), []string{"open"}},
	},
	"layers": {
		{"the load balancer at the database", "dev", then(
			like(guards.SecurityGroupIngressRule, ingress5432, "in", map[string]any{"referencedSecurityGroupId": "groups-alb-id"}),
			like(guards.SecurityGroupEgressRule, egress5432, "out", map[string]any{"securityGroupId": "groups-alb-id"}),
		), []string{"in", "out"}},
		{"the operators' port", "dev", then(
			like(guards.SecurityGroupIngressRule, ingress8080, "in", map[string]any{"fromPort": 8081.0, "toPort": 8081.0}),
			like(guards.SecurityGroupEgressRule, "groups-alb-to-app-8080-egress", "out", map[string]any{"fromPort": 8081.0, "toPort": 8081.0}),
		), []string{"in", "out"}},
		{"a range where one port listens", "dev", then(
			set(guards.SecurityGroupIngressRule, []string{ingress5432}, 5433.0, "toPort"), set(guards.SecurityGroupEgressRule, []string{egress5432}, 5433.0, "toPort"),
		), []string{ingress5432, egress5432}},
		{"a database that moved", "dev", set(guards.DBInstance, nil, 5433.0, "port"), []string{ingress5432, egress5432}},
		{"a group elsewhere", "dev", like(guards.SecurityGroupIngressRule, ingress5432, "in", map[string]any{"referencedSecurityGroupId": "sg-far"}), []string{"in"}},
	},
	"way-out-is-https": {
		{"mail", "dev", like(guards.SecurityGroupEgressRule, egress443, "out", map[string]any{"fromPort": 25.0, "toPort": 25.0}), []string{"out"}},
		{"everything", "dev", set(guards.SecurityGroupEgressRule, []string{egress443}, "-1", "ipProtocol"), []string{egress443}},
		{"the database", "dev", like(guards.SecurityGroupEgressRule, egress443, "out", map[string]any{"securityGroupId": "groups-database-id"}), []string{"out"}},
	},
	"halves-agree": {
		{"nobody is let in", "dev", without(guards.SecurityGroupIngressRule, ingress5432), []string{egress5432}},
		{"nobody is let out", "dev", without(guards.SecurityGroupEgressRule, egress5432), []string{ingress5432}},
	},
	"needs-reachable": {
		{"a database that nobody reaches", "single nodes", then(without(guards.SecurityGroupIngressRule, ingress5432), without(guards.SecurityGroupEgressRule, egress5432)), []string{"database-primary"}},
		{"a fleet that nobody reaches", "dev", then(without(guards.SecurityGroupIngressRule, ingress8080), without(guards.SecurityGroupEgressRule, "groups-alb-to-app-8080-egress")), []string{"servers"}},
	},
	"subnets-apart": {
		{"a subnet elsewhere", "dev", set(guards.Vpc, nil, "10.1.0.0/20", "subnetSpecs", 0, "cidrBlocks", 0), []string{"network"}},
		{"a subnet too small", "dev", set(guards.Vpc, nil, "10.0.255.0/28", "subnetSpecs", 0, "cidrBlocks", 0), []string{"network"}},
		{"two subnets over each other", "dev", set(guards.Vpc, nil, "10.0.0.0/18", "subnetSpecs", 0, "cidrBlocks", 0), []string{"network"}},
		{"a tier without a zone", "dev", set(guards.Vpc, nil, []any{"10.0.128.0/19"}, "subnetSpecs", 0, "cidrBlocks"), []string{"network"}},
	},
	"right-subnets": {
		{"instances in public", "dev", set(guards.AutoScalingGroup, nil, []any{"subnet-public-0", "subnet-public-1"}, "vpcZoneIdentifiers"), []string{"servers"}},
		{"the database beside instances", "dev", set(guards.DBSubnetGroup, nil, "subnet-private-0", "subnetIds", 0), []string{"database"}},
		{"one zone", "dev", set(guards.AutoScalingGroup, nil, []any{"subnet-private-0"}, "vpcZoneIdentifiers"), []string{"servers"}},
	},
}

// tags are those of a resource of the stack.
func tags() map[string]any {
	return map[string]any{"Name": "a name", "Project": project, "Stack": stack, "ManagedBy": "pulumi"}
}
