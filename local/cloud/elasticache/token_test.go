package elasticache

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

const newToken = "another-token-of-16"

func TestTokensFollowTheUpdateStrategy(t *testing.T) {
	t.Parallel()
	declared := func(token, strategy string) ReplicationGroup {
		return ReplicationGroup{AuthToken: token, AuthTokenUpdateStrategy: strategy}
	}
	for _, test := range []struct {
		name         string
		tokens       []string
		before, spec ReplicationGroup
		want         []string
		problem      string
	}{
		{"nothing changes", []string{"new", "old"}, declared("new", "ROTATE"), declared("new", "ROTATE"), []string{"new", "old"}, ""},
		{"rotated in", []string{"old"}, declared("old", "ROTATE"), declared("new", "ROTATE"), []string{"new", "old"}, ""},
		{"rotated in again", []string{"new", "old"}, declared("new", "ROTATE"), declared("newest", "ROTATE"), []string{"newest", "new"}, ""},
		{"set after a rotation", []string{"new", "old"}, declared("new", "ROTATE"), declared("new", "SET"), []string{"new"}, ""},
		{"set", []string{"old"}, declared("old", "ROTATE"), declared("new", "SET"), []string{"new"}, ""},
		{"first token rotated in", nil, declared("", "ROTATE"), declared("new", "ROTATE"), nil, ""},
		{"first token set", nil, declared("", "ROTATE"), declared("new", "SET"), []string{"new"}, ""},
		{"deleted", []string{"old"}, declared("old", "ROTATE"), declared("", "DELETE"), nil, ""},
		{"just left out", []string{"old"}, declared("old", "ROTATE"), declared("", "ROTATE"), nil, "InvalidParameterCombination"},
	} {
		t.Run(test.name, func(t *testing.T) {
			tokens, err := nextTokens(test.tokens, test.before, test.spec)
			if test.problem != "" {
				require.ErrorContains(t, err, test.problem)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, tokens)
		})
	}
}

func TestATokenThatIsRotatedInLeavesTheOldOneGoodUntilItIsSet(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters = 2
	primary, _ := declareCache(a, spec)
	old := spec
	host, ctx := primary.Options().Addr, t.Context()
	host = host[:len(host)-len(":16379")]
	update := func(strategy string) {
		spec.AuthToken, spec.AuthTokenUpdateStrategy = newToken, strategy
		_, err := a.ReplicationGroups.Update(ctx, cloudtest.Named("sessions"), spec)
		require.NoError(t, err)
	}
	update("")
	require.NoError(t, a.client(a.App, old, host).Ping(ctx).Err(), "the service has the old token until it reads the new one")
	require.NoError(t, a.client(a.App, spec, host).Ping(ctx).Err())

	before := a.component("cache primary")
	a.failOver(primary)
	require.NotEqual(t, before.ID, a.component("cache primary").ID)
	require.NoError(t, a.client(a.App, old, host).Ping(ctx).Err(), "and so after a failover")

	update(setToken)
	require.ErrorContains(t, a.client(a.App, old, host).Ping(ctx).Err(), "WRONGPASS")
	require.NoError(t, a.client(a.App, spec, host).Ping(ctx).Err())

	spec.AuthToken = ""
	spec.AuthTokenUpdateStrategy = deleteToken
	_, err := a.ReplicationGroups.Update(ctx, cloudtest.Named("sessions"), spec)
	require.NoError(t, err)
	require.NoError(t, a.client(a.App, spec, host).Ping(ctx).Err())
}
