package elasticache

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestTheFinalSnapshotOfACacheNeedsANewName(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters, spec.AutomaticFailoverEnabled, spec.MultiAZEnabled = 1, false, false
	spec.FinalSnapshotIdentifier = "sessions-final"
	declareCache(a, spec)
	require.NoError(t, a.ReplicationGroups.Delete(t.Context(), cloudtest.Named("sessions")))
	cloudtest.Declare(t, a.ReplicationGroups, "sessions", spec)
	require.ErrorContains(t, a.ReplicationGroups.Delete(t.Context(), cloudtest.Named("sessions")), "SnapshotAlreadyExistsFault")
	require.Len(t, a.ReplicationGroups.Report(), 1, "it goes on")

	spec.FinalSnapshotIdentifier = ""
	_, err := a.ReplicationGroups.Update(t.Context(), cloudtest.Named("sessions"), spec)
	require.NoError(t, err)
	require.NoError(t, a.ReplicationGroups.Delete(t.Context(), cloudtest.Named("sessions")))
	require.Empty(t, a.ReplicationGroups.Report())
}

func TestGroupsThatACacheUsesAreNotDeleted(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters, spec.AutomaticFailoverEnabled, spec.MultiAZEnabled = 1, false, false
	declareCache(a, spec)
	ctx := t.Context()
	require.ErrorContains(t, a.ParameterGroups.Delete(ctx, cloudtest.Named("cache-parameters")), "InvalidCacheParameterGroupState")
	require.ErrorContains(t, a.SubnetGroups.Delete(ctx, cloudtest.Named("cache-subnets")), "CacheSubnetGroupInUse")
	require.NoError(t, a.ReplicationGroups.Delete(ctx, cloudtest.Named("sessions")))
	require.NoError(t, a.ParameterGroups.Delete(ctx, cloudtest.Named("cache-parameters")))
	require.NoError(t, a.SubnetGroups.Delete(ctx, cloudtest.Named("cache-subnets")))
}
