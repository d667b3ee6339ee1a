package tests

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
)

// Of a wrong declaration, exactly the rule that it breaks says so, and names what is wrong.
func TestEachRuleAloneNamesWhatBreaksIt(t *testing.T) {
	t.Parallel()
	for _, rule := range guards.Rules {
		t.Run(rule.Name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, mutations[rule.Name], "a rule that nothing breaks in a test")
			for _, m := range mutations[rule.Name] {
				before := evaluate(t, update, configurations[m.in])
				changed := m.change(before.Clone())
				require.NotEqual(t, before, changed, "%s: it changes nothing", m.what)
				named := map[string]bool{}
				for _, finding := range guards.Check(guards.NewGraph(changed...)) {
					require.Equal(t, rule.Name, finding.Rule, "%s: %v", m.what, finding)
					require.NotNil(t, finding.Resource, "%s: %v", m.what, finding)
					named[finding.Resource.Name] = true
				}
				require.ElementsMatch(t, m.names, slices.Collect(maps.Keys(named)), m.what)
			}
		})
	}
}

func TestEveryMutationIsOfARule(t *testing.T) {
	t.Parallel()
	for name := range mutations {
		require.True(t, slices.ContainsFunc(guards.Rules, func(r guards.Rule) bool { return r.Name == name }), name)
	}
}

// mutations are changes of what the declaration registers, by the rule that they break.
var mutations = map[string][]mutation{}

func init() {
	for _, table := range []map[string][]mutation{stackMutations, networkMutations, accessMutations, dataMutations, webMutations, fleetMutations} {
		maps.Copy(mutations, table)
	}
}

var (
	ingress8080 = "groups-alb-to-app-8080-ingress"
	ingress5432 = "groups-app-to-database-5432-ingress"
	egress5432  = "groups-app-to-database-5432-egress"
	egress443   = "groups-app-to-internet-443-egress"
)

var stackMutations = map[string][]mutation{
	"own-urn": {{
		"two resources of one name", "dev", like(guards.SecretVersion, "cache-credentials", "cache-credentials", nil),
		[]string{"cache-credentials"},
	}},
	"under-a-component": {
		{"a resource of nobody", "dev", each(guards.Secret, []string{"cache-credentials"}, func(r *guards.Resource) { r.Parent = "" }), []string{"cache-credentials"}},
		{"a component within another", "dev", each("myclothes:index:Cache", nil, func(r *guards.Resource) { r.Parent = "urn:pulumi:test::myclothes::myclothes:index:Database::database" }), []string{"cache"}},
	},
	"tagged": {
		{"no tags at all", "dev", set(guards.Bucket, nil, nil, "tags"), []string{"release"}},
		{"another project's tag", "dev", set(guards.ReplicationGroup, nil, "shoes", "tags", "Project"), []string{"cache"}},
		{"a resource without a name", "dev", set(guards.SecurityGroup, []string{"groups-app"}, "", "tags", "Name"), []string{"groups-app"}},
		{"instances without tags", "dev", set(guards.AutoScalingGroup, nil, false, "tags", 2, "propagateAtLaunch"), []string{"servers"}},
	},
	"names-left-to-pulumi": {
		{"a fixed name", "dev", set(guards.TargetGroup, nil, "web", "name"), []string{"web"}},
		{"a bucket of a name", "dev", set(guards.Bucket, nil, "releases", "bucket"), []string{"release"}},
	},
	"names-fit": {{
		"a load balancer of a long name", "dev", each(guards.LoadBalancer, nil, func(r *guards.Resource) { r.Name = "web-with-a-name-that-is-long" }),
		[]string{"web-with-a-name-that-is-long"},
	}},
	"no-formatted-output": {
		{"an output as a description", "dev", set(guards.Role, nil, "of {0xc000123456}", "description"), []string{"servers"}},
		{"an output in user data", "dev", userData("echo 0xc000123456"), []string{"servers"}},
	},
	"secrets-marked": {
		{"a token in plain", "dev", set(guards.ReplicationGroup, nil, "0123456789abcdef", "authToken"), []string{"cache"}},
		{"a secret in plain", "dev", set(guards.SecretVersion, []string{"database-credentials"}, "{}", "secretString"), []string{"database-credentials"}},
	},
	"no-plain-secret": {
		{"a secret as a tag", "dev", set(guards.Secret, []string{"cache-credentials"}, secretMark+"cache-token", "tags", "Token"), []string{"cache-credentials"}},
		{"a secret in user data", "dev", userData("PASSWORD=" + secretMark + "database-password"), []string{"servers"}},
	},
}

// userData appends a line to the boot script.
func userData(line string) change {
	return each(guards.LaunchTemplate, nil, func(r *guards.Resource) {
		script, _ := base64.StdEncoding.DecodeString(r.Input("userData").(string))
		r.Inputs["userData"] = base64.StdEncoding.EncodeToString(append(script, line...))
	})
}

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

const allowAll = `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`

var accessMutations = map[string][]mutation{
	"policies-readable": {{"a word for a policy", "dev", set(guards.RolePolicy, nil, "everything", "policy"), []string{"servers"}}},
	"actions-named": {
		{"every action on releases", "dev", replace(guards.RolePolicy, "servers", "s3:GetObject", "s3:*", "policy"), []string{"servers"}},
		{"some of an action", "dev", replace(guards.RolePolicy, "servers", "s3:GetObject", "s3:Get*", "policy"), []string{"servers"}},
		{"everything but an action", "dev", replace(guards.RolePolicy, "servers", `"Action":["s3:GetObject"]`, `"NotAction":["s3:GetObject"]`, "policy"), []string{"servers"}},
	},
	"resources-named": {
		{"everybody's secrets", "dev", set(guards.RolePolicy, nil, `{"Statement":[{"Effect":"Allow","Action":["secretsmanager:GetSecretValue"],"Resource":["*"]}]}`, "policy"), []string{"servers"}},
		{"a policy within the role", "dev", set(guards.Role, nil, allowAll, "inlinePolicies", 0, "policy"), []string{"servers"}},
		{"a policy to attach", "dev", attached(guards.Policy, "more", map[string]any{"policy": allowAll, "tags": tags()}), []string{"more"}},
		{"a bucket whose name begins the same", "dev", replace(guards.RolePolicy, "servers", "/release/cart/*", "/release-of-others/*", "policy"), []string{"servers"}},
		{"a table that the stack has not", "dev", set(guards.RolePolicy, nil, `{"Statement":[{"Effect":"Allow","Action":["dynamodb:GetItem"],"Resource":["arn:aws:dynamodb:eu-west-1:1:table/t"]}]}`, "policy"), []string{"servers"}},
	},
	"no-foreign-policies": {
		{"a policy of AWS in the role", "dev", set(guards.Role, nil, []any{"arn:aws:iam::aws:policy/AdministratorAccess"}, "managedPolicyArns"), []string{"servers"}},
		{"a policy of AWS attached", "dev", attached(guards.RolePolicyAttachment, "more", map[string]any{"role": "servers-1234567", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}), []string{"more"}},
	},
	"roles-for-services": {
		{"everybody", "dev", set(guards.Role, nil, `{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}]}`, "assumeRolePolicy"), []string{"servers"}},
		{"another account", "dev", set(guards.Role, nil, `{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"123456789012"}}]}`, "assumeRolePolicy"), []string{"servers"}},
	},
	"resources-not-for-everybody": {
		{"the bucket", "dev", replace(guards.BucketPolicy, "release", `"Statement":[`, `"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"},`, "policy"), []string{"release"}},
		{"a VPC endpoint", "dev", set(guards.VpcEndpoint, []string{"network-s3"}, `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}]}`, "policy"), []string{"network-s3"}},
		{"a secret", "dev", attached(guards.SecretPolicy, "more", map[string]any{"policy": `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}`}), []string{"more"}},
	},
}

var dataMutations = map[string][]mutation{
	"database-encrypted":      {{"plain storage", "single nodes", set(guards.DBInstance, nil, nil, "storageEncrypted"), []string{"database-primary"}}},
	"database-not-public":     {{"a public replica", "dev", set(guards.DBInstance, []string{"database-replica-1"}, true, "publiclyAccessible"), []string{"database-replica-1"}}},
	"database-over-tls":       {{"plain connections", "dev", set(guards.DBParameterGroup, nil, "0", "parameters", 0, "value"), []string{"database-primary"}}, {"another group", "dev", set(guards.DBInstance, []string{"database-primary"}, "default.postgres17", "parameterGroupName"), []string{"database-primary"}}},
	"database-tags-snapshots": {{"snapshots of nobody", "single nodes", set(guards.DBInstance, nil, false, "copyTagsToSnapshot"), []string{"database-primary"}}},
	"replicas-like-primary": {
		{"storage that stops growing", "dev", set(guards.DBInstance, []string{"database-replica-1"}, nil, "maxAllocatedStorage"), []string{"database-replica-1"}},
		{"a subnet group of its own", "dev", set(guards.DBInstance, []string{"database-replica-1"}, "database-1234567", "dbSubnetGroupName"), []string{"database-replica-1"}},
		{"a replica of a stranger", "dev", set(guards.DBInstance, []string{"database-replica-1"}, "far", "replicateSourceDb"), []string{"database-replica-1"}},
	},
	"cache-encrypted":  {{"plain storage", "dev", set(guards.ReplicationGroup, nil, false, "atRestEncryptionEnabled"), []string{"cache"}}},
	"cache-over-tls":   {{"plain connections too", "dev", set(guards.ReplicationGroup, nil, "preferred", "transitEncryptionMode"), []string{"cache"}}},
	"cache-with-token": {{"a cache for everybody", "dev", set(guards.ReplicationGroup, nil, nil, "authToken"), []string{"cache"}}},
	"cache-backed-up":  {{"no snapshots", "dev", set(guards.ReplicationGroup, nil, 0.0, "snapshotRetentionLimit"), []string{"cache"}}},
	"cache-fails-over": {
		{"a replica for nothing", "dev", set(guards.ReplicationGroup, nil, false, "automaticFailoverEnabled"), []string{"cache"}},
		{"a failover to nobody", "single nodes", set(guards.ReplicationGroup, nil, true, "automaticFailoverEnabled"), []string{"cache"}},
	},
	"table-encrypted": {{"AWS' own key", "dynamodb", set(guards.Table, nil, nil, "serverSideEncryption"), []string{"sessions"}}},
	"table-backed-up": {{"no way back", "dynamodb", set(guards.Table, nil, false, "pointInTimeRecovery", "enabled"), []string{"sessions"}}},
	"stores-protected": {
		{"a cache that Pulumi deletes", "prod", each(guards.ReplicationGroup, nil, func(r *guards.Resource) { r.Protect = false }), []string{"cache"}},
		{"a load balancer that AWS deletes", "prod", set(guards.LoadBalancer, nil, false, "enableDeletionProtection"), []string{"web"}},
		{"a table that AWS deletes", "prod dynamodb", set(guards.Table, nil, false, "deletionProtectionEnabled"), []string{"sessions"}},
		{"a database that leaves nothing", "prod", set(guards.DBInstance, []string{"database-primary"}, true, "skipFinalSnapshot"), []string{"database-primary"}},
		{"a snapshot that RDS refuses", "prod", set(guards.DBInstance, []string{"database-primary"}, "Database--final", "finalSnapshotIdentifier"), []string{"database-primary"}},
	},
}

var webMutations = map[string][]mutation{
	"bucket-closed": {
		{"an open bucket", "dev", without(guards.BucketPublicAccessBlock, "release"), []string{"release"}},
		{"a bucket that a policy may open", "dev", set(guards.BucketPublicAccessBlock, nil, false, "restrictPublicBuckets"), []string{"release"}},
		{"another bucket's block", "dev", set(guards.BucketPublicAccessBlock, nil, "far", "bucket"), []string{"release"}},
	},
	"bucket-encrypted": {{"no word of it", "dev", without(guards.BucketEncryption, "release"), []string{"release"}}},
	"bucket-over-tls": {
		{"no policy", "dev", without(guards.BucketPolicy, "release"), []string{"release"}},
		{"a policy the other way round", "dev", replace(guards.BucketPolicy, "release", `"false"`, `"true"`, "policy"), []string{"release"}},
	},
	"invalid-headers-dropped":  {{"headers as they come", "dev", set(guards.LoadBalancer, nil, nil, "dropInvalidHeaderFields"), []string{"web"}}},
	"https-where-there-is-one": {{"HTTP beside HTTPS", "https", set(guards.Listener, []string{"web-http"}, "forward", "defaultActions", 0, "type"), []string{"web-http"}}},
	"tls-policy":               {{"old TLS", "https", set(guards.Listener, []string{"web-https"}, "ELBSecurityPolicy-2016-08", "sslPolicy"), []string{"web-https"}}},
	"stickiness-said":          {{"not a word", "dev", set(guards.TargetGroup, nil, nil, "stickiness"), []string{"web"}}},
	"health-check-in-time":     {{"checks that overlap", "dev", set(guards.TargetGroup, nil, 5.0, "healthCheck", "timeout"), []string{"web"}}},
}

var fleetMutations = map[string][]mutation{
	"metadata-with-token": {{"IMDSv1", "dev", set(guards.LaunchTemplate, nil, "optional", "metadataOptions", "httpTokens"), []string{"servers"}}},
	"metadata-one-hop":    {{"containers too", "dev", set(guards.LaunchTemplate, nil, 2.0, "metadataOptions", "httpPutResponseHopLimit"), []string{"servers"}}},
	"volumes-encrypted": {
		{"a plain volume", "dev", set(guards.LaunchTemplate, nil, nil, "blockDeviceMappings", 0, "ebs", "encrypted"), []string{"servers"}},
		{"a volume more", "dev", set(guards.LaunchTemplate, nil, "/dev/sdb", "blockDeviceMappings", 0, "deviceName"), []string{"servers"}},
	},
	"no-public-address": {{"a public address", "dev", set(guards.LaunchTemplate, nil, "true", "networkInterfaces", 0, "associatePublicIpAddress"), []string{"servers"}}},
	"user-data-fits": {
		{"a script too long", "dev", userData(strings.Repeat("# more\n", 3000)), []string{"servers"}},
		{"no script", "dev", set(guards.LaunchTemplate, nil, "CART_PORT=8080", "userData"), []string{"servers"}},
	},
	"numbered-version":       {{"the latest", "dev", set(guards.AutoScalingGroup, nil, "$Latest", "launchTemplate", "version"), []string{"servers"}}},
	"balancer-judges-health": {{"EC2 alone", "dev", set(guards.AutoScalingGroup, nil, "EC2", "healthCheckType"), []string{"servers"}}},
	"scaling-decides":        {{"a number", "dev", set(guards.AutoScalingGroup, nil, 2.0, "desiredCapacity"), []string{"servers"}}},
	"boot-after-needs": {{
		// The secret of the cache is still waited for, whose name begins the same.
		"a cache that nobody waits for", "dev", each(guards.AutoScalingGroup, nil, func(r *guards.Resource) {
			r.Dependencies = slices.DeleteFunc(r.Dependencies, func(urn string) bool { return strings.HasSuffix(urn, "::cache") })
		}), []string{"cache"},
	}},
}
