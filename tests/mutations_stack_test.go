package tests

import (
	"encoding/base64"

	"myclothes/infra/guards"
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
