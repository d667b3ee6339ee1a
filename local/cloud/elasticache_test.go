package cloud

import (
	"context"
	"net"
	"strconv"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
	"github.com/stretchr/testify/require"
)

const testToken = "0123456789abcdefTOKEN"

func testCache() ReplicationGroup {
	return ReplicationGroup{
		Engine:                   "valkey",
		EngineVersion:            "8.0",
		Port:                     16379,
		NumCacheClusters:         3,
		AutomaticFailoverEnabled: true,
		MultiAZEnabled:           true,
		TransitEncryptionEnabled: true,
		AuthToken:                testToken,
		ParameterGroupName:       "cache-parameters",
		SubnetGroupName:          "cache-subnets",
		SecurityGroupIDs:         []string{"sg-data"},
	}
}

// declareCache declares a cache and returns clients of its two endpoints.
func declareCache(a *account, spec ReplicationGroup) (primary, reader *redis.Client) {
	a.t.Helper()
	declare(a, a.CacheParameterGroups, "cache-parameters", CacheParameterGroup{[]Parameter{
		{"maxmemory-policy", "volatile-lru"}, {"reserved-memory-percent", "25"},
	}})
	outputs := declare(a, a.ReplicationGroups, "sessions", spec)
	return a.cacheClient(a.app, spec, outputs["primaryEndpointAddress"]), a.cacheClient(a.app, spec, outputs["readerEndpointAddress"])
}

func (a *account) cacheClient(from *networkInterface, spec ReplicationGroup, host any) *redis.Client {
	options := &redis.Options{
		Addr:                     net.JoinHostPort(host.(string), strconv.Itoa(spec.Port)),
		Password:                 spec.AuthToken,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		Dialer: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialer(from).DialContext(ctx, network, address)
		},
	}
	if spec.TransitEncryptionEnabled {
		roots := a.trust()
		roots.ServerName = host.(string)
		options.Dialer = tlsDialer(from, roots)
	}
	client := redis.NewClient(options)
	a.t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestCacheFailsOverWithoutLosingReplicatedWrites(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	primary, _ := declareCache(a, testCache())
	ctx := t.Context()
	conn := primary.Conn()
	require.NoError(t, conn.Set(ctx, "cart", "two shirts", 0).Err())
	require.EqualValues(t, 2, conn.Do(ctx, "WAIT", 2, 5000).Val())
	conn.Close()

	before := a.componentOf("cache primary")
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))

	eventually(t, "the endpoint leads to a promoted replica", func() bool {
		return primary.Set(ctx, "after", "failover", 0).Err() == nil
	})
	require.Equal(t, "two shirts", primary.Get(ctx, "cart").Val())
	eventually(t, "the dead node is a replica again", func() bool {
		return a.countHealthy("cache replica") == 2
	})
	require.NotEqual(t, before.Zone, a.componentOf("cache primary").Zone)
}

func TestCacheAsksForTLSAPasswordAndAPermittedSource(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testCache()
	primary, reader := declareCache(a, spec)
	host, _, err := net.SplitHostPort(primary.Options().Addr)
	require.NoError(t, err)
	ctx := t.Context()
	require.NoError(t, primary.Ping(ctx).Err())
	require.ErrorContains(t, reader.Set(ctx, "k", "v", 0).Err(), "READONLY")

	wrong := spec
	wrong.AuthToken = "another-token-of-16"
	require.ErrorContains(t, a.cacheClient(a.app, wrong, host).Ping(ctx).Err(), "WRONGPASS")
	require.ErrorIs(t, a.cacheClient(a.stranger, spec, host).Ping(ctx).Err(), syscall.ECONNRESET)
	plain := spec
	plain.TransitEncryptionEnabled = false
	require.Error(t, a.cacheClient(a.app, plain, host).Ping(ctx).Err())
}

func TestCacheTakesUpdatesWhileItRuns(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testCache()
	spec.NumCacheClusters = 2
	primary, _ := declareCache(a, spec)
	ctx := t.Context()
	require.NoError(t, primary.Set(ctx, "cart", "kept", 0).Err())
	require.Equal(t, "volatile-lru", primary.ConfigGet(ctx, "maxmemory-policy").Val()["maxmemory-policy"])
	require.Contains(t, a.componentOf("cache primary").Note, "reserved-memory-percent")

	_, err := a.CacheParameterGroups.Update(ctx, named("cache-parameters"), CacheParameterGroup{[]Parameter{{"timeout", "300"}}})
	require.NoError(t, err)
	require.Equal(t, "noeviction", primary.ConfigGet(ctx, "maxmemory-policy").Val()["maxmemory-policy"])
	require.Equal(t, "300", primary.ConfigGet(ctx, "timeout").Val()["timeout"])

	spec.NumCacheClusters, spec.AuthToken = 3, "another-token-of-16"
	outputs, err := a.ReplicationGroups.Update(ctx, named("sessions"), spec)
	require.NoError(t, err)
	require.Equal(t, []string{"sessions-001", "sessions-002", "sessions-003"}, outputs["memberClusters"])
	zones := map[string]bool{}
	for _, c := range a.Status() {
		zones[c.Zone] = true
	}
	require.Len(t, zones, 3)
	require.Equal(t, "kept", a.cacheClient(a.app, spec, outputs["primaryEndpointAddress"]).Get(ctx, "cart").Val())

	spec.NumCacheClusters = 2
	_, err = a.ReplicationGroups.Update(ctx, named("sessions"), spec)
	require.NoError(t, err)
	require.Equal(t, 1, a.countHealthy("cache replica"))
}

func TestCacheWithoutFailoverComesBackEmpty(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testCache()
	spec.NumCacheClusters, spec.AutomaticFailoverEnabled, spec.MultiAZEnabled = 1, false, false
	primary, reader := declareCache(a, spec)
	ctx := t.Context()
	require.NoError(t, primary.Set(ctx, "cart", "lost", 0).Err())
	require.Equal(t, "lost", reader.Get(ctx, "cart").Val(), "without replicas the reader endpoint leads to the primary")

	before := a.componentOf("cache primary")
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	eventually(t, "the node is restarted", func() bool {
		now := a.componentOf("cache primary")
		return now.Healthy && now.PID != before.PID
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
			_, err := spec.withDefaults(named("sessions"))
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestCacheThatDoesNotStartSaysWhyWithTheEndOfItsLog(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	declare(a, a.CacheParameterGroups, "cache-parameters", CacheParameterGroup{[]Parameter{{"maxmemory-policy", "nonsense"}}})
	_, err := a.ReplicationGroups.Create(t.Context(), named("sessions"), testCache())
	require.ErrorContains(t, err, "parameter maxmemory-policy=nonsense")
	require.Empty(t, a.Status())
	require.Empty(t, a.processes.live)
}
