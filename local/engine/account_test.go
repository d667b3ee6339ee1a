package engine

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"

	"myclothes/local/provider"
)

func TestAnEnginesEventsGiveThePlanAndWhatIsAroundIt(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "changes.events"))
	require.NoError(t, err)
	account, err := ReadAccount(bytes.NewReader(text), provider.Held)
	require.NoError(t, err)
	require.Equal(t, planOf(recordedEvents(t, "changes")), account.Plan)
	table := func(states []map[string]any) any {
		i := slices.IndexFunc(states, func(s map[string]any) bool { return s["type"] == "aws:dynamodb/table:Table" })
		return states[i]["inputs"].(map[string]any)["hashKey"]
	}
	require.Equal(t, "session", table(account.Before))
	require.Equal(t, "customer", table(account.After))
}

func TestAnAccountThatIsNotWholeIsRefused(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "changes.events"))
	require.NoError(t, err)
	for name, c := range map[string]struct{ text, want string }{
		"cut off":         {string(text[:bytes.LastIndexByte(text[:len(text)/2], '\n')]), "end before the preview does"},
		"no JSON":         {"Previewing update (dev)", "is no event of the engine"},
		"without sames":   {`{"steps": [], "changeSummary": {"same": 3}}`, "--show-sames"},
		"failed":          {`{"steps": [], "changeSummary": {}, "diagnostics": [{"severity": "error", "message": "no zone"}]}`, "the preview failed: no zone"},
		"empty":           {`{"steps": []}`, "of no resource"},
		"failed in lines": {`{"diagnosticEvent": {"severity": "error", "message": "no zone"}}`, "the preview failed: no zone"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadAccount(bytes.NewReader([]byte(c.text)), provider.Held)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// digestOf is the document that pulumi preview --json makes of a preview's events.
func digestOf(t *testing.T, list []apitype.EngineEvent) []byte {
	t.Helper()
	type step = map[string]any
	var steps []step
	for _, event := range list {
		if event.ResourcePreEvent == nil {
			continue
		}
		m := event.ResourcePreEvent.Metadata
		steps = append(steps, step{"op": m.Op, "urn": m.URN, "oldState": m.Old, "newState": m.New,
			"detailedDiff": m.DetailedDiff, "diffReasons": m.Diffs, "replaceReasons": m.Keys})
	}
	text, err := json.Marshal(map[string]any{"steps": steps, "changeSummary": map[string]int{}})
	require.NoError(t, err)
	return text
}

func TestADigestSaysWhatTheEventsSay(t *testing.T) {
	list := recordedEvents(t, "changes")
	account, err := ReadAccount(bytes.NewReader(digestOf(t, list)), provider.Held)
	require.NoError(t, err)
	require.Equal(t, planOf(list).Changes, account.Plan.Changes)
}
