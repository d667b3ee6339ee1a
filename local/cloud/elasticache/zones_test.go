package elasticache

import (
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

// nodeZones are the zones where the cache's interfaces are, by node.
func (a *cacheAccount) nodeZones() map[string]string {
	zones := map[string]string{}
	for _, i := range a.Network.Interfaces() {
		if id, is := strings.CutPrefix(i.Owner, "cache node "); is {
			zones[id] = i.Zone
		}
	}
	return zones
}

func TestEveryCacheNodeHasAnInterfaceInItsZone(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.PreferredCacheClusterAZs = []string{"eu-west-1c", "eu-west-1a"}
	spec.NumCacheClusters = 2
	declareCache(a, spec)
	reported := map[string]string{}
	for _, c := range a.ReplicationGroups.Report() {
		reported[c.ID] = c.Zone
	}
	require.Equal(t, reported, a.nodeZones())
	require.ElementsMatch(t, []string{"eu-west-1a", "eu-west-1c"}, []string{a.component("cache primary").Zone, a.component("cache replica").Zone})

	spec.NumCacheClusters, spec.AutomaticFailoverEnabled, spec.MultiAZEnabled = 1, false, false
	_, err := a.ReplicationGroups.Update(t.Context(), cloudtest.Named("sessions"), spec)
	require.NoError(t, err)
	require.Len(t, a.nodeZones(), 1, "a node that is removed has none any more")
}

func TestACacheEndpointIsInTheZoneOfItsNodeAlsoAfterAFailover(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters = 2
	declareCache(a, spec)
	g, err := a.ReplicationGroups.Get(cloudtest.Named("sessions"))
	require.NoError(t, err)
	before := a.component("cache primary")
	require.Equal(t, before.Zone, g.primaryEnd.Zone())
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the endpoint is where the replica was", func() bool {
		zone := g.primaryEnd.Zone()
		return zone != "" && zone != before.Zone
	})
}

func TestACacheNodeInAZoneWithoutASubnetIsRefused(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.PreferredCacheClusterAZs = []string{"eu-west-1z"}
	spec.ParameterGroupName = ""
	_, err := a.ReplicationGroups.Create(t.Context(), cloudtest.Named("sessions"), spec)
	require.ErrorContains(t, err, "no subnet in its zone")
}
