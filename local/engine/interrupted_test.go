package engine_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/engine"
)

// interrupt makes the state what an engine leaves that was ended while it created a resource,
// which the provider had made by then.
func (s *stack) interrupt(t *testing.T, name string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.root, engine.Folder, "state", ".pulumi", "stacks", "*", "dev.json"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	text, err := os.ReadFile(found[0])
	require.NoError(t, err)
	var state map[string]any
	require.NoError(t, json.Unmarshal(text, &state))
	latest := state["checkpoint"].(map[string]any)["latest"].(map[string]any)
	resources := latest["resources"].([]any)
	i := slices.IndexFunc(resources, func(r any) bool { return strings.HasSuffix(r.(map[string]any)["urn"].(string), "::"+name) })
	require.GreaterOrEqual(t, i, 0)
	created := resources[i].(map[string]any)
	delete(created, "id")
	delete(created, "outputs")
	latest["resources"] = slices.Delete(resources, i, i+1)
	latest["pending_operations"] = []any{map[string]any{"resource": created, "type": "creating"}}
	text, err = json.Marshal(state)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(found[0], text, 0o600))
}

// requireClearedUp interrupts the creation of a security group, and updates the stack again.
func (s *stack) requireClearedUp(t *testing.T) {
	t.Helper()
	s.interrupt(t, "app")
	settings, err := engine.LoadSettings(s.root, "dev", nil)
	require.NoError(t, err)
	doing, err := settings.Interrupted()
	require.NoError(t, err)
	require.Equal(t, []string{"creating app"}, doing)

	e := s.open(t)
	require.NoError(t, e.ForgetInterrupted(t.Context()), s.out.String())
	known, err := settings.Resources()
	require.NoError(t, err)
	removed, err := s.providers.RemoveOrphans(t.Context(), func(typ, id string) bool {
		return slices.ContainsFunc(known, func(r map[string]any) bool { return r["type"] == typ && r["id"] == id })
	})
	require.NoError(t, err)
	require.Len(t, removed, 1)
	require.Contains(t, removed[0], "aws:ec2/securityGroup:SecurityGroup app-")

	updated, err := e.Up(t.Context(), false)
	require.NoError(t, err, s.out.String())
	require.True(t, updated.Changed)
	require.NotContains(t, s.out.String(), "pending")
	doing, err = settings.Interrupted()
	require.NoError(t, err)
	require.Empty(t, doing)
}
