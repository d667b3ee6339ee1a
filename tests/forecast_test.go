package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/engine"
	"myclothes/local/forecast"
)

// Who adds a kind of resource says in local/forecast what a change of it does; that of a
// tag is known of all.
func TestAnotherTagInterruptsNobodyWhateverIsDeclared(t *testing.T) {
	everyConfiguration(t, func(t *testing.T, _ settings, g graph) {
		plan := &engine.Plan{}
		for _, r := range g {
			if _, tagged := r.Inputs["tags"]; tagged {
				plan.Changes = append(plan.Changes, engine.Change{
					Operation: engine.Update, Type: r.Type, Name: r.Name, URN: r.URN,
					Properties: []engine.Property{{Path: "tags.Team", New: "shop"}, {Path: "tagsAll.Team", New: "shop"}},
				})
			}
		}
		require.Greater(t, len(plan.Changes), 20)
		for _, answer := range forecast.Of(plan, g, g).Answers {
			require.Equal(t, forecast.No, answer.Verdict, "%v %+v", answer.Question, answer.Because)
		}
	})
}
