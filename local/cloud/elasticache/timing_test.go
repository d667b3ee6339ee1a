package elasticache

import (
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
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

// connectTo opens a connection to an endpoint without saying anything on it.
func (a *cacheAccount) connectTo(client *redis.Client) net.Conn {
	a.Helper()
	conn, err := cloudtest.Dialer(a.App).DialContext(a.Context(), "tcp4", client.Options().Addr)
	require.NoError(a, err)
	a.Cleanup(func() { _ = conn.Close() })
	return conn
}

// silent says whether nothing comes out of a connection, not even its end.
func silent(conn net.Conn) bool {
	_ = conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	_, err := conn.Read(make([]byte, 1))
	return os.IsTimeout(err)
}

func TestConnectionsToALostMachineHangAndThoseToAnEndedProcessAreReset(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"machine": syscall.SIGSTOP, "process": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newCacheAccount(t)
			primary, _ := declareCache(a, testCache())
			conn := a.connectTo(primary)
			require.True(t, silent(conn))
			require.NoError(t, syscall.Kill(a.component("cache primary").PID, signal))
			cloudtest.Eventually(t, "clients find the new primary", func() bool { return primary.Set(t.Context(), "k", "v", 0).Err() == nil })
			require.Equal(t, signal == syscall.SIGSTOP, silent(conn))
		})
	}
}

func TestASingleNodeThatWasLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters, spec.AutomaticFailoverEnabled, spec.MultiAZEnabled = 1, false, false
	primary, reader := declareCache(a, spec)
	require.NoError(t, syscall.Kill(a.component("cache primary").PID, syscall.SIGSTOP))
	cloudtest.Eventually(t, "clients find it again", func() bool {
		return primary.Set(t.Context(), "k", "v", 0).Err() == nil && reader.Get(t.Context(), "k").Val() == "v"
	})
}
