package tests

import (
	"maps"
	"slices"
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
var mutations = func() map[string][]mutation {
	all := map[string][]mutation{}
	for _, table := range []map[string][]mutation{stackMutations, networkMutations, accessMutations, dataMutations, webMutations, fleetMutations} {
		maps.Copy(all, table)
	}
	return all
}()
