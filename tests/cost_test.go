package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards/cost"
)

// Nothing that is declared costs nothing in silence: it is priced, or free for a reason.
func TestEverythingThatIsDeclaredHasAPriceOrAReasonToBeFree(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		estimate := cost.Of(g, nil)
		require.Empty(t, estimate.Without, "add them to infra/guards/cost: kinds.go, or prices.go")
		require.Equal(t, region, estimate.Region)
		require.Positive(t, estimate.Total())
		names := map[string]bool{}
		for _, r := range g {
			names[r.Name] = true
		}
		for _, line := range estimate.Lines {
			require.True(t, names[line.Component] && names[line.Resource], "%+v", line)
		}
	})
}
