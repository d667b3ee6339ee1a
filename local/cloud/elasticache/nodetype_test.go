package elasticache

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/datastore"
)

func TestEveryNodeTypeHasAMemory(t *testing.T) {
	t.Parallel()
	for family, of := range maxMemory {
		require.Len(t, of.bytes, len(of.sizes), family)
		require.IsIncreasing(t, of.bytes, family)
	}
	for _, unknown := range []string{"cache.t4g", "t4g.micro", "cache.t4g.large", "cache.x9.large"} {
		_, err := memoryOf(unknown)
		require.ErrorContains(t, err, "InvalidParameterValue", unknown)
	}
}

func TestMaxmemoryIsWhatIsNotReserved(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		nodeType, name, value string
		want                  int64
	}{
		{"cache.t4g.micro", "timeout", "0", 402653184}, // what AWS's own example shows
		{"cache.t4g.micro", reservedMemoryPercent, "50", 268435456},
		{"cache.t4g.micro", reservedMemory, "36870912", 500000000},
		{"cache.m7g.large", reservedMemoryPercent, "0", 6854542746},
	} {
		got, err := maxmemory(test.nodeType, []datastore.Parameter{{Name: test.name, Value: test.value}})
		require.NoError(t, err)
		require.Equal(t, test.want, got, test)
	}
	for _, wrong := range []string{"-1", "101", "much"} {
		_, err := maxmemory("cache.t4g.micro", []datastore.Parameter{{Name: reservedMemoryPercent, Value: wrong}})
		require.ErrorContains(t, err, "InvalidParameterValue")
	}
}

func TestAFullCacheRefusesWrites(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters, spec.AutomaticFailoverEnabled, spec.MultiAZEnabled, spec.NodeType = 1, false, false, "cache.t4g.micro"
	primary, _ := declareCache(a, spec)
	ctx := t.Context()
	require.Equal(t, "402653184", primary.ConfigGet(ctx, "maxmemory").Val()["maxmemory"])

	// One that is all but reserved is full from the beginning.
	full := datastore.ParameterGroup{Parameters: []datastore.Parameter{{Name: "maxmemory-policy", Value: "noeviction"}, {Name: reservedMemory, Value: "536870000"}}}
	_, err := a.ParameterGroups.Update(ctx, cloudtest.Named("cache-parameters"), full)
	require.NoError(t, err)
	require.ErrorContains(t, primary.Set(ctx, "cart", strings.Repeat("x", 10_000), 0).Err(), "OOM")

	spec.NodeType = "cache.m7g.large"
	full.Parameters = full.Parameters[:1]
	_, err = a.ParameterGroups.Update(ctx, cloudtest.Named("cache-parameters"), full)
	require.NoError(t, err)
	_, err = a.ReplicationGroups.Update(ctx, cloudtest.Named("sessions"), spec)
	require.NoError(t, err)
	require.Equal(t, "5140907059", primary.ConfigGet(ctx, "maxmemory").Val()["maxmemory"])
	require.NoError(t, primary.Set(ctx, "cart", "kept", 0).Err())
}

func TestAParameterGroupIsForOneEngineAndVersion(t *testing.T) {
	t.Parallel()
	s := newCacheAccount(t)
	for engine, family := range map[[2]string]string{
		{"valkey", "8.0"}: "default.valkey8", {"redis", "7.1"}: "default.redis7", {"redis", "6.2"}: "default.redis6.x",
	} {
		spec := ReplicationGroup{Engine: engine[0], EngineVersion: engine[1], ParameterGroupName: family}
		require.NoError(t, s.checkFamily(spec))
		spec.ParameterGroupName = "default.valkey7"
		require.ErrorContains(t, s.checkFamily(spec), "InvalidParameterCombination: Expected a parameter group of family")
	}
}
