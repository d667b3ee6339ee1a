package tests

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/conventions"
	"myclothes/infra/guards"
)

// An inline policy has room for 10,240 characters, however many parts contribute to it.
func TestPermissionsToDoTheSameAreOneStatement(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]map[string]int{
		"dev":      {"s3:GetObject": 1, "secretsmanager:GetSecretValue": 3},
		"rung 3":   {"s3:GetObject": 1, "secretsmanager:GetSecretValue": 4},
		"dynamodb": {"s3:GetObject": 1, "secretsmanager:GetSecretValue": 3, "dynamodb:GetItem": 1},
	} {
		var policy struct {
			Statement []struct{ Action, Resource []string }
		}
		text := the(t, evaluate(t, update, configurations[name]), guards.RolePolicy).Input("policy").(string)
		require.NoError(t, json.Unmarshal([]byte(text), &policy))
		resources := map[string]int{}
		for _, s := range policy.Statement {
			require.NotContains(t, resources, s.Action[0], name)
			resources[s.Action[0]] = len(s.Resource)
		}
		require.Equal(t, want, resources, name)
	}
}

func TestStatementsWithAConditionStayAsTheyAre(t *testing.T) {
	t.Parallel()
	allow := conventions.Statement{Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: []any{"a"}}
	more, restricted, deny := allow, allow, allow
	more.Resource = []any{"b"}
	restricted.Condition = map[string]any{"Bool": map[string]string{"aws:SecureTransport": "true"}}
	deny.Effect = "Deny"
	merged := conventions.Merged([]conventions.Statement{allow, restricted, more, deny, restricted})
	require.Len(t, merged, 4)
	require.Equal(t, []any{"a", "b"}, merged[0].Resource)
	require.Equal(t, []any{"a"}, allow.Resource, "what was given is not changed")
}
