package elasticache

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
)

// The lower bounds do not depend on how fast this machine is.
func TestAFailoverOfACacheTakesItsTimesOfTheTable(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	primary, _ := declareCache(a, testCache())
	times := a.Host.Timings
	for _, fault := range []struct {
		signal    syscall.Signal
		detection time.Duration
	}{
		{syscall.SIGKILL, times.Exactly(aws.CacheDetection)},
		{syscall.SIGSTOP, times.Of(aws.CacheDetection) - lookInterval}, // since the last answer
	} {
		cloudtest.Eventually(t, "the cache is whole", func() bool {
			return cloudtest.CountHealthy(a.ReplicationGroups.Report(), "cache replica") == 2
		})
		before := a.component("cache primary")
		require.NoError(t, syscall.Kill(before.PID, fault.signal))
		since := time.Now()
		cloudtest.Eventually(t, "a replica is promoted", func() bool {
			return a.component("cache primary").ID != before.ID
		})
		require.GreaterOrEqual(t, time.Since(since), fault.detection)
		cloudtest.Eventually(t, "clients find it", func() bool { return primary.Set(t.Context(), "k", "v", 0).Err() == nil })
		require.GreaterOrEqual(t, time.Since(since), fault.detection+times.Of(aws.CachePromotion)+times.Of(aws.DNSLifetime))
	}
}
