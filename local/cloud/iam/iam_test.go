package iam

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

const (
	secret = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:cache-a1b2c3"
	object = "arn:aws:s3:::releases/cart/1"
)

// account has an instance profile whose role has one policy.
func account(t *testing.T, policy string) *IAM {
	t.Helper()
	i := New()
	cloudtest.Declare(t, i.Roles, "role", Role{})
	cloudtest.Declare(t, i.RolePolicies, "policy", RolePolicy{Role: "role", Policy: policy})
	cloudtest.Declare(t, i.InstanceProfiles, "profile", InstanceProfile{Role: "role"})
	return i
}

func TestPolicyDecidesWhatAProfileMayDo(t *testing.T) {
	t.Parallel()
	const all = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	for _, test := range []struct {
		name     string
		policy   string
		action   string
		resource string
		allowed  bool
	}{
		{"exact", `{"Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"` + secret + `"}]}`, "secretsmanager:GetSecretValue", secret, true},
		{"statement without brackets", `{"Statement":{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]}}`, "s3:GetObject", object, true},
		{"action in another case", `{"Statement":{"Effect":"Allow","Action":"SecretsManager:getsecretvalue","Resource":"*"}}`, "secretsmanager:GetSecretValue", secret, true},
		{"wildcards", `{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::releases/cart/*"}}`, "s3:GetObject", "arn:aws:s3:::releases/cart/1/2", true},
		{"another resource", `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::releases/*"}}`, "s3:GetObject", "arn:aws:s3:::others/k", false},
		{"another action", `{"Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}`, "s3:GetObject", object, false},
		{"dot is not a wildcard", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::a.b/*"}}`, "s3:GetObject", "arn:aws:s3:::axb/k", false},
		{"deny wins", `{"Statement":[` + all + `,{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`, "s3:GetObject", object, false},
		{"deny of all but one action", `{"Statement":[` + all + `,{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}]}`, "secretsmanager:GetSecretValue", secret, false},
		{"the action that is left out of a deny", `{"Statement":[` + all + `,{"Effect":"Deny","NotAction":"s3:*","Resource":"*"}]}`, "s3:GetObject", object, true},
		{"deny of all but one resource", `{"Statement":[` + all + `,{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::releases/*"}]}`, "secretsmanager:GetSecretValue", secret, false},
		{"the resource that is left out of a deny", `{"Statement":[` + all + `,{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::releases/*"}]}`, "s3:GetObject", object, true},
		{"allow of all but one action", `{"Statement":{"Effect":"Allow","NotAction":"s3:PutObject","Resource":"*"}}`, "s3:GetObject", object, true},
		{"a condition that holds allows", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}}`, "s3:GetObject", object, true},
		{"a condition that does not hold allows nothing", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":false}}}}`, "s3:GetObject", object, false},
		{"a condition that does not hold denies nothing", `{"Statement":[` + all + `,{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`, "s3:GetObject", object, true},
		{"all conditions must hold, by one of their values", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{
			"StringEquals":{"aws:PrincipalAccount":["1","000000000000"]},"ArnNotLike":{"aws:PrincipalArn":"*:role/role"}}}}`, "s3:GetObject", object, false},
		{"no statement", `{"Statement":[]}`, "s3:GetObject", object, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.True(t, json.Valid([]byte(test.policy)))
			i := account(t, test.policy)
			may := func(profile string) bool {
				return i.Authorize(Caller{InstanceID: "i-1", Profile: profile}, test.action, test.resource) == nil
			}
			require.Equal(t, test.allowed, may("profile"))
			require.Equal(t, test.allowed, may(cloudtest.Named("profile").ARN), "by ARN")
			require.False(t, may("another-profile"))
		})
	}
}

func TestWhatIsNotEvaluatedIsRefusedWhenItIsDeclared(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ policy, why string }{
		"not JSON":                      {`{`, "policy document"},
		"an operator":                   {`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}`, "IpAddress"},
		"a key":                         {`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-1"}}}}`, "aws:SourceVpc"},
		"a policy variable":             {`{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}}`, "policy variable"},
		"NotPrincipal":                  {`{"Statement":{"Effect":"Deny","NotPrincipal":"*","Action":"*","Resource":"*"}}`, "NotPrincipal"},
		"an element that AWS has not":   {`{"Statement":{"Effect":"Deny","Actions":"*","Resource":"*"}}`, "Actions"},
		"no effect":                     {`{"Statement":{"Action":"*","Resource":"*"}}`, "Allow or Deny"},
		"Action and NotAction together": {`{"Statement":{"Effect":"Deny","Action":"*","NotAction":"s3:*","Resource":"*"}}`, "not both"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := New()
			_, err := i.RolePolicies.Create(t.Context(), cloudtest.Named("policy"), RolePolicy{Role: "role", Policy: c.policy})
			require.ErrorContains(t, err, "role policy policy: policy document")
			require.ErrorContains(t, err, c.why)
			_, err = i.Roles.Create(t.Context(), cloudtest.Named("role"), Role{AssumeRolePolicy: c.policy})
			require.ErrorContains(t, err, c.why)
		})
	}
}

func TestAPolicyOfAResourceAllowsAndDenies(t *testing.T) {
	t.Parallel()
	by := Caller{InstanceID: "i-1", Profile: "profile"}
	allows := account(t, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`)
	silent := account(t, `{"Statement":[]}`)
	statement := func(effect, principal string) string {
		return `{"Statement":{"Effect":"` + effect + `","Principal":` + principal + `,"Action":"s3:GetObject","Resource":"arn:aws:s3:::releases/*"}}`
	}
	const role, account = `{"AWS":"arn:aws:iam::000000000000:role/role"}`, `{"AWS":"arn:aws:iam::000000000000:root"}`
	require.NoError(t, allows.Authorize(by, "s3:GetObject", object, statement("Deny", `{"AWS":"arn:aws:iam::000000000000:role/other"}`)))
	require.ErrorContains(t, allows.Authorize(by, "s3:GetObject", object, statement("Deny", `"*"`)), "explicit deny in a resource-based policy")
	require.Error(t, allows.Authorize(by, "s3:GetObject", object, statement("Deny", account)))
	require.NoError(t, silent.Authorize(by, "s3:GetObject", object, statement("Allow", role)))
	require.Error(t, silent.Authorize(by, "s3:GetObject", object, statement("Allow", account)), "which leaves it to the role's own policies")
	require.Error(t, silent.Authorize(by, "s3:GetObject", object, "{"), "a policy that cannot be read")
}

func TestAnEndpointPolicyMustAllowWhatPasses(t *testing.T) {
	t.Parallel()
	i := account(t, `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	through := func(policy, action, resource string) error {
		return i.Authorize(Caller{InstanceID: "i-1", Profile: "profile", EndpointPolicy: policy}, action, resource)
	}
	const onlyReading = `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}`
	require.NoError(t, through("", "s3:PutObject", object))
	require.NoError(t, through(onlyReading, "s3:GetObject", object))
	require.ErrorContains(t, through(onlyReading, "s3:PutObject", object), "because no VPC endpoint policy allows the s3:PutObject action")
	require.Error(t, through("{", "s3:GetObject", object))
}

func TestAnInstanceHasCredentialsIfItsRoleTrustsEC2(t *testing.T) {
	t.Parallel()
	trust := func(service string) string {
		return `{"Statement":[{"Effect":"Allow","Action":["sts:AssumeRole"],"Principal":{"Service":"` + service + `"}}]}`
	}
	i := New()
	cloudtest.Declare(t, i.InstanceProfiles, "profile", InstanceProfile{Role: "role"})
	require.ErrorContains(t, i.Assumable("profile"), "no credentials")
	for policy, can := range map[string]bool{trust("ec2.amazonaws.com"): true, trust("lambda.amazonaws.com"): false, "": false} {
		cloudtest.Declare(t, i.Roles, "role", Role{AssumeRolePolicy: policy})
		require.Equal(t, can, i.Assumable("profile") == nil, policy)
	}
	require.ErrorContains(t, i.Assumable("other"), `no instance profile "other"`)
}
