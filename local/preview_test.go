package main

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/engine"
)

func TestTheExitStatusOfAPreviewTellsWhatItFound(t *testing.T) {
	replaced := engine.Change{Operation: engine.Replace}
	database := engine.Change{Operation: engine.Delete, Loses: "its databases"}
	for name, c := range map[string]struct {
		plan engine.Plan
		want int
	}{
		"nothing changes":       {engine.Plan{Unchanged: 3}, 0},
		"an output changes":     {engine.Plan{Outputs: []engine.Property{{Path: "url"}}}, 2},
		"no data is replaced":   {engine.Plan{Changes: []engine.Change{replaced}}, 2},
		"data is lost with one": {engine.Plan{Changes: []engine.Change{replaced, database}}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, int(outcomeOf(outcomeOfPlan(&c.plan))))
		})
	}
	require.Equal(t, 1, int(outcomeOf(errors.New("broken"))))
	require.Equal(t, 3, int(outcomeOf(fmt.Errorf("preview: %w", lost))))
}

func TestAnUnknownFormatIsRefused(t *testing.T) {
	err := run(t.Context(), []string{"preview", "-format", "xml"}, io.Discard)
	require.ErrorContains(t, err, "text, markdown or json")
}
