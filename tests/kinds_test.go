package tests

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/provider"
)

// Nothing that is declared is dropped in silence by the local cloud: it models it, or says
// that it has no effect there.
func TestTheLocalCloudKnowsEveryInputThatIsDeclared(t *testing.T) {
	t.Parallel()
	unlisted := map[string]bool{}
	for _, s := range configurations {
		for _, r := range evaluate(t, update, s) {
			if r.Component {
				continue
			}
			inputs, err := provider.Unlisted(r.Type, r.Inputs)
			require.NoError(t, err)
			for _, input := range inputs {
				unlisted[r.Type+": "+input] = true
			}
		}
	}
	require.Empty(t, slices.Sorted(maps.Keys(unlisted)), "add them to kinds, in local/provider")
}
