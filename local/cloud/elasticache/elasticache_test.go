package elasticache

import (
	"net"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/datastore"
)

func TestCacheFailsOverWithoutLosingReplicatedWrites(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	primary, _ := declareCache(a, testCache())
	ctx := t.Context()
	conn := primary.Conn()
	require.NoError(t, conn.Set(ctx, "cart", "two shirts", 0).Err())
	require.EqualValues(t, 2, conn.Do(ctx, "WAIT", 2, 5000).Val())
	conn.Close()

	before := a.component("cache primary")
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))

	cloudtest.Eventually(t, "the endpoint leads to a promoted replica", func() bool {
		return primary.Set(ctx, "after", "failover", 0).Err() == nil
	})
	require.Equal(t, "two shirts", primary.Get(ctx, "cart").Val())
	cloudtest.Eventually(t, "the dead node is a replica again", func() bool {
		return cloudtest.CountHealthy(a.ReplicationGroups.Report(), "cache replica") == 2
	})
	require.NotEqual(t, before.Zone, a.component("cache primary").Zone)
}

func TestCacheAsksForTLSAPasswordAndAPermittedSource(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	primary, reader := declareCache(a, spec)
	host, _, err := net.SplitHostPort(primary.Options().Addr)
	require.NoError(t, err)
	ctx := t.Context()
	require.NoError(t, primary.Ping(ctx).Err())
	require.ErrorContains(t, reader.Set(ctx, "k", "v", 0).Err(), "READONLY")

	wrong := spec
	wrong.AuthToken = "another-token-of-16"
	require.ErrorContains(t, a.client(a.App, wrong, host).Ping(ctx).Err(), "WRONGPASS")
	require.ErrorIs(t, a.client(a.Stranger, spec, host).Ping(ctx).Err(), syscall.ECONNRESET)
	plain := spec
	plain.TransitEncryptionEnabled = false
	require.Error(t, a.client(a.App, plain, host).Ping(ctx).Err())
}

func TestCacheTakesUpdatesWhileItRuns(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters = 2
	primary, _ := declareCache(a, spec)
	ctx := t.Context()
	require.NoError(t, primary.Set(ctx, "cart", "kept", 0).Err())
	require.Equal(t, "volatile-lru", primary.ConfigGet(ctx, "maxmemory-policy").Val()["maxmemory-policy"])
	require.Contains(t, a.component("cache primary").Note, "close-on-replica-write")

	_, err := a.ParameterGroups.Update(ctx, cloudtest.Named("cache-parameters"), datastore.ParameterGroup{Parameters: []datastore.Parameter{{Name: "timeout", Value: "300"}}})
	require.NoError(t, err)
	unknown := datastore.ParameterGroup{Parameters: []datastore.Parameter{{Name: "requirepass", Value: "x"}}}
	_, err = a.ParameterGroups.Update(ctx, cloudtest.Named("cache-parameters"), unknown)
	require.ErrorContains(t, err, "InvalidParameterValue: Could not find parameter with name: requirepass")
	require.Equal(t, "noeviction", primary.ConfigGet(ctx, "maxmemory-policy").Val()["maxmemory-policy"])
	require.Equal(t, "300", primary.ConfigGet(ctx, "timeout").Val()["timeout"])

	spec.NumCacheClusters, spec.AuthToken = 3, "another-token-of-16"
	outputs, err := a.ReplicationGroups.Update(ctx, cloudtest.Named("sessions"), spec)
	require.NoError(t, err)
	require.Equal(t, []string{"sessions-001", "sessions-002", "sessions-003"}, outputs["memberClusters"])
	zones := map[string]bool{}
	for _, c := range a.ReplicationGroups.Report() {
		zones[c.Zone] = true
	}
	require.Len(t, zones, 3)
	require.Equal(t, "kept", a.client(a.App, spec, outputs["primaryEndpointAddress"]).Get(ctx, "cart").Val())

	spec.NumCacheClusters = 2
	_, err = a.ReplicationGroups.Update(ctx, cloudtest.Named("sessions"), spec)
	require.NoError(t, err)
	require.Equal(t, 1, cloudtest.CountHealthy(a.ReplicationGroups.Report(), "cache replica"))
}

func TestCacheWithoutFailoverComesBackEmpty(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters, spec.AutomaticFailoverEnabled, spec.MultiAZEnabled = 1, false, false
	primary, reader := declareCache(a, spec)
	ctx := t.Context()
	require.NoError(t, primary.Set(ctx, "cart", "lost", 0).Err())
	require.Equal(t, "lost", reader.Get(ctx, "cart").Val(), "without replicas the reader endpoint leads to the primary")

	require.NoError(t, primary.Save(ctx).Err()) // a file such as a sync has, too
	before := a.component("cache primary")
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the node is restarted", func() bool {
		return cloudtest.Restarted(a.ReplicationGroups.Report(), before)
	})
	require.ErrorIs(t, primary.Get(ctx, "cart").Err(), redis.Nil)
}

func TestCacheDeclarationThatAWSRefusesIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*ReplicationGroup)
		want   string
	}{
		{"failover with one node", func(g *ReplicationGroup) { g.NumCacheClusters = 1 }, "numCacheClusters of 2 or more"},
		{"multi-AZ without failover", func(g *ReplicationGroup) { g.AutomaticFailoverEnabled = false }, "multiAzEnabled needs automaticFailoverEnabled"},
		{"token without TLS", func(g *ReplicationGroup) { g.TransitEncryptionEnabled = false }, "authToken needs transitEncryptionEnabled"},
		{"short token", func(g *ReplicationGroup) { g.AuthToken = "short" }, "16 to 128 characters"},
		{"memcached", func(g *ReplicationGroup) { g.Engine = "memcached" }, "neither valkey nor redis"},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec := testCache()
			test.change(&spec)
			_, err := spec.withDefaults(cloudtest.Named("sessions"))
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestCacheThatDoesNotStartSaysWhyWithTheEndOfItsLog(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	cloudtest.Declare(t, a.ParameterGroups, "cache-parameters", datastore.ParameterGroup{Parameters: []datastore.Parameter{{Name: "maxmemory-policy", Value: "nonsense"}}})
	_, err := a.ReplicationGroups.Create(t.Context(), cloudtest.Named("sessions"), testCache())
	require.ErrorContains(t, err, "parameter maxmemory-policy=nonsense")
	require.Empty(t, a.ReplicationGroups.Report())
	require.Empty(t, a.Host.Processes.Live())
}

func TestACacheNodeThatHangsIsReplaced(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	primary, _ := declareCache(a, testCache())
	require.NoError(t, syscall.Kill(a.component("cache primary").PID, syscall.SIGSTOP))
	cloudtest.Eventually(t, "the cache fails over", func() bool {
		return primary.Set(t.Context(), "k", "v", 0).Err() == nil
	})
}
