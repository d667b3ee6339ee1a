package elasticache

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/cloudwatch"
)

// total is what was published of a node's metric since the cloud was opened.
func (a *cacheAccount) total(name, node string) cloudwatch.Datapoint { return a.over(name, node, 3600) }

// last is what was published of a node's metric in the last complete minute.
func (a *cacheAccount) last(name, node string) cloudwatch.Datapoint { return a.over(name, node, 60) }

func (a *cacheAccount) over(name, node string, period int) cloudwatch.Datapoint {
	a.Helper()
	points, err := a.Host.Metrics.Latest(cloudwatch.Metric{Namespace: "AWS/ElastiCache", Name: name,
		Dimensions: []cloudwatch.Dimension{{Name: "CacheClusterId", Value: node}, {Name: "CacheNodeId", Value: "0001"}}}, period, 1)
	require.NoError(a, err)
	return points[0]
}

func TestANodePublishesWhatRedisTells(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters, spec.NodeType = 2, "cache.t4g.small"
	primary, _ := declareCache(a, spec)
	ctx := t.Context()
	require.NoError(t, primary.Set(ctx, "kept", "x", 0).Err())
	require.NoError(t, primary.Get(ctx, "kept").Err())
	require.Error(t, primary.Get(ctx, "never").Err())
	require.NoError(t, primary.ConfigSet(ctx, "maxmemory", "100mb").Err())
	leads, follows := a.component("cache primary").ID, a.component("cache replica").ID
	cloudtest.Eventually(t, "hits and misses are published", func() bool {
		return a.total("CacheHits", leads).Sum == 1 && a.total("CacheMisses", leads).Sum == 1
	})
	cloudtest.Eventually(t, "the primary's last minute is published", func() bool {
		return a.last("CurrItems", leads).Max == 1 && a.last("DatabaseMemoryUsagePercentage", leads).Max > 0
	})
	require.InDelta(t, 50, a.total("CacheHitRate", leads).Average(), 0)
	require.Less(t, a.last("DatabaseMemoryUsagePercentage", leads).Max, 100.0)
	cloudtest.Eventually(t, "the replica's last minute is published", func() bool {
		return a.last("ReplicationLag", follows).Count == 1 && a.last("EngineCPUUtilization", follows).Count == 1 && a.last("CurrItems", follows).Max == 1
	})
	require.LessOrEqual(t, a.total("CPUUtilization", leads).Max, 100.0)
	require.Zero(t, a.total("ReplicationLag", leads).Count, "a primary has none")
	require.Zero(t, a.total("ReplicationBytes", follows).Count)
	require.Positive(t, a.total("ReplicationBytes", leads).Sum)
	require.InDelta(t, 1, a.last("IsMaster", leads).Max, 0)
	require.InDelta(t, 0, a.last("IsMaster", follows).Max, 0)
}

func TestAFullCacheShowsInItsMetrics(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters, spec.AutomaticFailoverEnabled, spec.MultiAZEnabled = 1, false, false
	primary, _ := declareCache(a, spec)
	ctx := t.Context()
	require.NoError(t, primary.ConfigSet(ctx, "maxmemory-policy", "allkeys-lru").Err())
	require.NoError(t, primary.ConfigSet(ctx, "maxmemory", "3mb").Err())
	for n := range 300 {
		require.NoError(t, primary.Set(ctx, fmt.Sprint("key-", n), string(make([]byte, 20_000)), 0).Err())
	}
	node := a.component("cache primary").ID
	cloudtest.Eventually(t, "evictions are published", func() bool { return a.total("Evictions", node).Sum > 100 })
	evicted := a.total("Evictions", node).Sum
	cloudtest.Eventually(t, "nothing more is evicted", func() bool {
		before := evicted
		evicted = a.total("Evictions", node).Sum
		return before == evicted && a.last("Evictions", node).Count == 1 && a.last("Evictions", node).Sum == 0
	})
	require.Greater(t, a.total("DatabaseMemoryUsagePercentage", node).Max, 80.0)
}

func TestAMetricOfANodeThatDoesNotAnswerIsMissing(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	declareCache(a, testCache())
	leads := a.component("cache primary")
	cloudtest.Eventually(t, "it is published", func() bool { return a.last("CurrConnections", leads.ID).Count == 1 })
	require.NoError(t, syscall.Kill(leads.PID, syscall.SIGSTOP))
	cloudtest.Eventually(t, "the next primary is published", func() bool {
		now := a.component("cache primary")
		return now.ID != leads.ID && a.last("IsMaster", now.ID).Max == 1
	})
	cloudtest.Eventually(t, "the node is back with counters from the beginning", func() bool {
		return a.last("IsMaster", leads.ID).Count == 1 && a.last("IsMaster", leads.ID).Max == 0
	})
}
