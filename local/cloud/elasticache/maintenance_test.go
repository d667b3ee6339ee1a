package elasticache

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestChangesOfACacheThatElastiCacheDefersWaitForTheMaintenanceWindow(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters, spec.NodeType, spec.ApplyImmediately = 2, "cache.t4g.micro", false
	primary, _ := declareCache(a, spec)
	ctx := t.Context()
	maxmemory := func() string { return primary.ConfigGet(ctx, "maxmemory").Val()["maxmemory"] }
	spec.NodeType, spec.NumCacheClusters = "cache.t4g.small", 3
	_, err := a.ReplicationGroups.Update(ctx, cloudtest.Named("sessions"), spec)
	require.NoError(t, err)
	require.Equal(t, 2, cloudtest.CountHealthy(a.ReplicationGroups.Report(), "cache replica"), "the number of nodes does not wait")
	require.Equal(t, "402653184", maxmemory())
	require.Contains(t, a.component("cache primary").Note, "nodeType from cache.t4g.micro to cache.t4g.small")

	applied, err := a.ReplicationGroups.Maintain(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"sessions: nodeType from cache.t4g.micro to cache.t4g.small"}, applied)
	require.Equal(t, "1103269724", maxmemory())
	require.NotContains(t, a.component("cache primary").Note, "waits")
}
