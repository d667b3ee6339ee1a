package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
)

func TestAllRulesHoldInEveryConfiguration(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) { require.Empty(t, guards.Check(g)) })
}

// What only an update will tell must not look like something that is wrong.
func TestAllRulesHoldInAPreviewOfEveryConfiguration(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, s settings, _ graph) {
		require.Empty(t, guards.Check(evaluate(t, preview, s)))
	})
}

// A rule that looks at nothing holds whatever is declared.
func TestEveryRuleLooksAtSomethingInSomeConfiguration(t *testing.T) {
	t.Parallel()
	for _, rule := range guards.Rules {
		seen := 0
		for _, s := range configurations {
			seen += len(rule.About(evaluate(t, update, s)))
		}
		require.Positive(t, seen, rule.Name)
	}
}

func TestAllThatHoldsDataInProductionIsProtected(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"prod", "prod dynamodb"} {
		g := evaluate(t, update, configurations[name])
		require.True(t, the(t, g, guards.ReplicationGroup).Protect)
		require.True(t, g.Named(guards.DBInstance, "database-primary").Protect)
		require.Equal(t, true, the(t, g, guards.LoadBalancer).Input("enableDeletionProtection"))
		for _, table := range g.Of(guards.Table) {
			require.True(t, table.Protect)
		}
	}
}
