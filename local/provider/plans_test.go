package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

// plannedChange is what the real provider plans when inputs of a resource change. The rows
// of testdata/plans.json were made by terraform plan with version 5.100.0 of the AWS
// provider, which pulumi-aws 6.83 is built on: this project's declaration was applied to an
// emulator of AWS, and each input of each resource changed and left out in turn.
type plannedChange struct {
	Type  string
	With  properties // inputs that stay
	Was   properties // inputs that change, before
	Is    properties // and after
	State properties // what AWS computed for inputs that were not declared
	Plan  string     // "none", "update" or "replace"
}

// otherwise are the rows that kinds do not follow, by type and input, and why.
var otherwise = map[string]string{
	"aws:dynamodb/table:Table [attributes]": "the provider forgets a changed type of an attribute, which AWS cannot change",
}

func TestKindsChangeAsTheRealProviderPlans(t *testing.T) {
	r := newRig(t)
	text, err := os.ReadFile("testdata/plans.json")
	require.NoError(t, err)
	var planned []plannedChange
	require.NoError(t, json.Unmarshal(text, &planned))
	require.Greater(t, len(planned), 400)
	var differences []string
	for _, c := range planned {
		if got := r.plan(c); got != c.Plan {
			row := fmt.Sprintf("%s %v", c.Type, c.changed())
			if otherwise[row] == "" {
				differences = append(differences, fmt.Sprintf("%s: %v to %v with %v is %s, and the provider plans %s", row, c.Was, c.Is, c.With, got, c.Plan))
			}
		}
	}
	for _, difference := range differences {
		t.Error(difference)
	}
}

// changed lists the inputs of a row that change.
func (c plannedChange) changed() []string {
	all := maps.Clone(c.Was)
	maps.Copy(all, c.Is)
	return slices.Sorted(maps.Keys(all))
}

// plan is what the local provider makes of a row.
func (r rig) plan(c plannedChange) string {
	r.Helper()
	laid := func(layers ...properties) properties {
		all := properties{}
		for _, layer := range layers {
			maps.Copy(all, layer)
		}
		return all
	}
	diff, err := r.client("aws").Diff(r.Context(), &pulumirpc.DiffRequest{
		Urn: urn(c.Type), OldInputs: r.wire(laid(c.With, c.Was)), News: r.wire(laid(c.With, c.Is)), Olds: r.wire(laid(c.With, c.State, c.Was)),
	})
	require.NoError(r, err)
	switch {
	case len(diff.Replaces) > 0:
		return "replace"
	case diff.Changes == pulumirpc.DiffResponse_DIFF_SOME:
		return "update"
	}
	return "none"
}
