package engine

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"

	"myclothes/local/engine/legible"
	"myclothes/local/provider"
)

func planOf(list []apitype.EngineEvent) *Plan {
	p := newPlanner(provider.Held)
	for _, event := range list {
		p.see(event)
	}
	return p.plan()
}

func TestAPlanIsWrittenForPeopleAndForPrograms(t *testing.T) {
	for _, name := range []string{"fresh", "nothing", "changes"} {
		t.Run(name, func(t *testing.T) {
			plan := planOf(recordedEvents(t, name))
			var text, document, comment bytes.Buffer
			require.NoError(t, plan.WriteText(&text))
			require.NoError(t, plan.WriteJSON(&document))
			require.NoError(t, plan.WriteMarkdown(&comment))
			requireGolden(t, name+".txt", text.Bytes())
			requireGolden(t, name+".md", comment.Bytes())
			requireGolden(t, name+".json", document.Bytes())
			require.Equal(t, name == "nothing", plan.Empty())
			require.Equal(t, name == "changes", plan.Loses())
			require.True(t, json.Valid(document.Bytes()))
			require.NotContains(t, text.String()+document.String()+comment.String(), "ciphertext")
		})
	}
}

// Resources are independent of each other but for the halves of a replacement, whose
// events keep their order.
func TestAPlanIsTheSameInWhateverOrderTheEngineGetsThere(t *testing.T) {
	list := recordedEvents(t, "changes")
	var want bytes.Buffer
	require.NoError(t, planOf(list).WriteJSON(&want))
	for range 20 {
		byResource := map[string][]apitype.EngineEvent{}
		var urns []string
		for _, event := range list {
			urn := ""
			if event.ResourcePreEvent != nil {
				urn = event.ResourcePreEvent.Metadata.URN
			}
			if byResource[urn] == nil {
				urns = append(urns, urn)
			}
			byResource[urn] = append(byResource[urn], event)
		}
		rand.Shuffle(len(urns), func(i, j int) { urns[i], urns[j] = urns[j], urns[i] })
		var shuffled []apitype.EngineEvent
		for _, urn := range urns {
			shuffled = append(shuffled, byResource[urn]...)
		}
		var got bytes.Buffer
		require.NoError(t, planOf(shuffled).WriteJSON(&got))
		require.Equal(t, want.String(), got.String())
	}
}

func find(t *testing.T, plan *Plan, name, typ string) Change {
	t.Helper()
	for _, change := range plan.Changes {
		if change.Name == name && strings.HasSuffix(change.Type, ":"+typ) {
			return change
		}
	}
	t.Fatalf("no change of %s %s", typ, name)
	return Change{}
}

func TestAReplacementNamesItsCauseItsOrderAndWhatItLoses(t *testing.T) {
	plan := planOf(recordedEvents(t, "changes"))
	table := find(t, plan, "carts", "Table")
	require.Equal(t, Replace, table.Operation)
	require.Equal(t, CreateFirst, table.Order)
	require.Equal(t, "its items", table.Loses)
	require.Equal(t, []Property{{Path: "hashKey", Old: "session", New: "customer", Replaces: true}}, table.Properties)
	require.Equal(t, []string{"shop (small:index:Shop)"}, table.Component)

	group := find(t, plan, "web", "TargetGroup")
	require.Equal(t, DeleteFirst, group.Order, "its declared name must be free first")
	require.Empty(t, group.Loses)
}

func TestTheCauseOfAReplacementMayBeDeepInAProperty(t *testing.T) {
	rule := func(port float64, name string) *apitype.StepEventStateMetadata {
		return &apitype.StepEventStateMetadata{Inputs: map[string]any{"rule": map[string]any{"port": port, "name": name}}}
	}
	require.Equal(t, []Property{
		{Path: "rule.name", Old: "one", New: "two"},
		{Path: "rule.port", Old: 80.0, New: 81.0, Replaces: true},
	}, properties(apitype.StepEventMetadata{
		Op: apitype.OpReplace, Old: rule(80, "one"), New: rule(81, "two"), Keys: []string{"rule"}, Diffs: []string{"rule"},
		DetailedDiff: map[string]apitype.PropertyDiff{
			"rule.name": {Kind: apitype.DiffUpdate, InputDiff: true}, "rule.port": {Kind: apitype.DiffUpdateReplace, InputDiff: true},
		},
	}))
}

func TestOnlyWhatIsDeletedForGoodIsLost(t *testing.T) {
	const bucket = "aws:s3/bucketV2:BucketV2"
	lost := func(operation apitype.OpType, retained bool) string {
		state := &apitype.StepEventStateMetadata{Custom: true, RetainOnDelete: retained}
		return planOf([]apitype.EngineEvent{{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: apitype.StepEventMetadata{
			Op: operation, URN: "urn:pulumi:dev::shop::" + bucket + "::releases", Type: bucket, Old: state,
		}}}}).Changes[0].Loses
	}
	require.Equal(t, "its objects", lost(apitype.OpDelete, false))
	require.Equal(t, "its objects", lost(apitype.OpDeleteReplaced, false))
	require.Empty(t, lost(apitype.OpDelete, true), "what is retained outlives its stack")
	require.Empty(t, lost(apitype.OpUpdate, false))
}

func TestWhatGuardsAResourceIsAChangeToo(t *testing.T) {
	network := find(t, planOf(recordedEvents(t, "changes")), "net", "Vpc")
	require.Equal(t, Update, network.Operation)
	require.Equal(t, []Property{{Path: "(retainOnDelete)", Old: false, New: true}}, network.Properties)
}

func TestASecretThatChangesIsNotShown(t *testing.T) {
	version := find(t, planOf(recordedEvents(t, "changes")), "version", "SecretVersion")
	require.Equal(t, []Property{{Path: "secretString", Old: legible.Secret, New: legible.Secret, Replaces: true}}, version.Properties)
}

func TestATextIsComparedByLine(t *testing.T) {
	lines := func(before, after any) []string { return newProperty("text", before, after).Lines }
	long := strings.Repeat("same\n", 9)
	require.Equal(t, []string{"…", " same", " same", "-old", "+new", " end"}, lines(long+"old\nend\n", long+"new\nend\n"))
	require.Equal(t, []string{"-old", "+new", " same", " same", "…"}, lines("old\n"+long, "new\n"+long))
	require.Equal(t, []string{" {", `-  "a": 1`, `+  "a": 2`, " }"}, lines(`{"a":1}`, `{"a":2}`))
	require.Nil(t, lines("one", "two"), "a line is its own difference")
	require.Nil(t, lines("one\ntwo\n", nil))
}

func TestAValueIsFoundByItsPath(t *testing.T) {
	properties := map[string]any{
		"tags": map[string]any{"Name": "shop", "a.b": 1.0}, "list": []any{"one", "two"},
		"hidden": map[string]any{"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"},
	}
	require.Equal(t, "shop", at(properties, "tags.Name"))
	require.InDelta(t, 1.0, at(properties, `tags["a.b"]`), 0)
	require.Equal(t, "two", at(properties, "list[1]"))
	require.Nil(t, at(properties, "list[2]"))
	require.Nil(t, at(properties, "nothing.at.all"))
	require.Equal(t, legible.Secret, legible.Value(at(properties, "hidden.within")))
}
