package iam

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestPolicyDecidesWhatAProfileMayDo(t *testing.T) {
	t.Parallel()
	const secret = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:cache-a1b2c3"
	for _, test := range []struct {
		name     string
		policy   string
		action   string
		resource string
		allowed  bool
	}{
		{"exact", `{"Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"` + secret + `"}]}`, "secretsmanager:GetSecretValue", secret, true},
		{"statement without brackets", `{"Statement":{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]}}`, "s3:GetObject", "arn:aws:s3:::b/k", true},
		{"action in another case", `{"Statement":{"Effect":"Allow","Action":"SecretsManager:getsecretvalue","Resource":"*"}}`, "secretsmanager:GetSecretValue", secret, true},
		{"wildcards", `{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::releases/cart/*"}}`, "s3:GetObject", "arn:aws:s3:::releases/cart/1/2", true},
		{"another resource", `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::releases/*"}}`, "s3:GetObject", "arn:aws:s3:::others/k", false},
		{"another action", `{"Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}`, "s3:GetObject", "arn:aws:s3:::b/k", false},
		{"dot is not a wildcard", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::a.b/*"}}`, "s3:GetObject", "arn:aws:s3:::axb/k", false},
		{"deny wins", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}`, "s3:GetObject", "arn:aws:s3:::b/k", false},
		{"a condition allows nothing here", `{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}}`, "s3:GetObject", "arn:aws:s3:::b/k", false},
		{"no statement", `{"Statement":[]}`, "s3:GetObject", "arn:aws:s3:::b/k", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.True(t, json.Valid([]byte(test.policy)))
			i := New()
			cloudtest.Declare(t, i.Roles, "role", Role{})
			cloudtest.Declare(t, i.RolePolicies, "policy", RolePolicy{Role: "role", Policy: test.policy})
			cloudtest.Declare(t, i.InstanceProfiles, "profile", InstanceProfile{Role: "role"})
			require.Equal(t, test.allowed, i.Allowed("profile", test.action, test.resource))
			require.Equal(t, test.allowed, i.Allowed(cloudtest.Named("profile").ARN, test.action, test.resource), "by ARN")
			require.False(t, i.Allowed("another-profile", test.action, test.resource))
		})
	}
}

func TestPolicyThatIsNotJSONIsRefusedWhenDeclared(t *testing.T) {
	t.Parallel()
	_, err := New().RolePolicies.Create(t.Context(), cloudtest.Named("policy"), RolePolicy{Role: "role", Policy: "{"})
	require.ErrorContains(t, err, "role policy policy: policy document")
}
