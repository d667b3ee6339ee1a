package tests

import (
	"myclothes/infra/guards"
)

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
