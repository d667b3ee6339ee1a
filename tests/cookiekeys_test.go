package tests

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
)

// cookieKeys returns what an instance reads, by the names of the keys.
func cookieKeys(t *testing.T, g graph) (names []string) {
	t.Helper()
	version := g.Named(guards.SecretVersion, "cookie-keys")
	require.NotNil(t, version)
	var secret struct{ Keys []string }
	require.NoError(t, json.Unmarshal([]byte(version.Input("secretString").(string)), &secret))
	for _, key := range secret.Keys {
		names = append(names, strings.TrimPrefix(key, secretMark))
	}
	return names
}

// Each key is a resource whose name is all that it is made from, so it stays the same while it is there.
func TestTheKeyOfCookiesIsChangedInSteps(t *testing.T) {
	t.Parallel()
	for _, step := range []struct {
		configured string
		want       []string
	}{
		{"", []string{"cookie-key"}},
		{"1", []string{"cookie-key"}},
		{"1,2", []string{"cookie-key", "cookie-key-2"}},
		{"2, 1", []string{"cookie-key-2", "cookie-key"}},
		{"2", []string{"cookie-key-2"}},
		{"3,2,1", []string{"cookie-key-3", "cookie-key-2", "cookie-key"}},
	} {
		rung3 := configurations["rung 3"].with(settings{"cookieKeys": step.configured})
		before, after := evaluate(t, update, configurations["rung 3"]), evaluate(t, update, rung3)
		require.Equal(t, step.want, cookieKeys(t, after), step.configured)
		require.Len(t, after.Of(guards.RandomBytes), len(step.want))
		for _, key := range after.Of(guards.RandomBytes) {
			require.Equal(t, 32.0, key.Input("length"))
			require.Nil(t, key.Input("keepers"))
		}
		require.Equal(t, the(t, before, guards.LaunchTemplate).Input("userData"), the(t, after, guards.LaunchTemplate).Input("userData"), "nothing is rolled")
	}
}
