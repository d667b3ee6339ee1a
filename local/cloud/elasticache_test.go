package cloud

import (
	"context"
	"net"
	"strconv"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
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
		Addr:     net.JoinHostPort(host.(string), strconv.Itoa(spec.Port)),
		Password: spec.AuthToken,
		Dialer: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialer(from).DialContext(ctx, network, address)
		},
	}
	if spec.TransitEncryptionEnabled {
		roots := a.trust()
		roots.ServerName = host.(string)
		options.Dialer = nil
		options.TLSConfig = roots
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
