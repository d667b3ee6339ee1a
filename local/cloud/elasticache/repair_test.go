package elasticache

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
)

// serverOf returns the process that runs as a node of the cache, or 0.
func (a *cacheAccount) serverOf(node string) int {
	for _, pid := range a.Host.Processes.Live() {
		if dir, _ := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd")); filepath.Base(dir) == node {
			return pid
		}
	}
	return 0
}

// replica returns one of the replicas.
func (a *cacheAccount) replica() aws.Component {
	a.Helper()
	for _, c := range a.ReplicationGroups.Report() {
		if c.Kind == "cache replica" {
			return c
		}
	}
	require.FailNow(a, "no replica")
	return aws.Component{}
}

func TestAPrimaryThatEndsWhileAReplicaIsStartedIsFailedOver(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	primary, _ := declareCache(a, testCache())
	ctx := t.Context()
	conn := primary.Conn()
	require.NoError(t, conn.Set(ctx, "cart", "two shirts", 0).Err())
	require.EqualValues(t, 2, conn.Do(ctx, "WAIT", 2, 5000).Val())
	conn.Close()

	// The replica's successor stops before it has the data.
	replica := a.replica()
	before := a.component("cache primary")
	require.NoError(t, syscall.Kill(replica.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the replica is started anew", func() bool {
		pid := a.serverOf(replica.ID)
		if pid == 0 || pid == replica.PID {
			return false
		}
		return syscall.Kill(pid, syscall.SIGSTOP) == nil
	})
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the endpoint leads to the other replica", func() bool {
		return primary.Set(ctx, "after", "failover", 0).Err() == nil
	})
	require.Equal(t, "two shirts", primary.Get(ctx, "cart").Val())
	cloudtest.Eventually(t, "there are two replicas again", func() bool {
		return cloudtest.CountHealthy(a.ReplicationGroups.Report(), "cache replica") == 2
	})
}

func TestAFailoverLosesNothingOnceAReplicaIsThere(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.NumCacheClusters = 2
	primary, _ := declareCache(a, spec)
	conn := primary.Conn()
	require.NoError(t, conn.Set(t.Context(), "cart", "two shirts", 0).Err())
	require.NoError(t, conn.Ping(t.Context()).Err()) // what it had to send before this it has sent
	require.NoError(t, syscall.Kill(a.component("cache primary").PID, syscall.SIGKILL))
	_ = conn.Close()
	cloudtest.Eventually(t, "the replica is the primary", func() bool {
		return primary.Set(t.Context(), "after", "failover", 0).Err() == nil
	})
	require.Equal(t, "two shirts", primary.Get(t.Context(), "cart").Val())
}

func TestAPrimaryThatHangsWhileAReplicaIsStartedIsFailedOver(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	primary, _ := declareCache(a, testCache())
	replica := a.replica()
	require.NoError(t, syscall.Kill(a.component("cache primary").PID, syscall.SIGSTOP))
	require.NoError(t, syscall.Kill(replica.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the other replica is the primary", func() bool {
		return primary.Set(t.Context(), "after", "failover", 0).Err() == nil
	})
}

func TestAPrimaryWithoutAutomaticFailoverGetsAReplicasData(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	spec := testCache()
	spec.AutomaticFailoverEnabled, spec.MultiAZEnabled = false, false
	primary, _ := declareCache(a, spec)
	ctx := t.Context()
	conn := primary.Conn()
	require.NoError(t, conn.Set(ctx, "cart", "two shirts", 0).Err())
	require.EqualValues(t, 2, conn.Do(ctx, "WAIT", 2, 5000).Val())
	conn.Close()
	before := a.component("cache primary")
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the primary is replaced", func() bool {
		return cloudtest.Restarted(a.ReplicationGroups.Report(), before)
	})
	require.Equal(t, before.ID, a.component("cache primary").ID)
	require.Equal(t, "two shirts", primary.Get(ctx, "cart").Val())
}

func TestAReplicaThatWasFrozenDuringAFailoverFollowsTheNewPrimary(t *testing.T) {
	t.Parallel()
	a := newCacheAccount(t)
	primary, _ := declareCache(a, testCache())
	replica := a.replica()
	require.NoError(t, syscall.Kill(replica.PID, syscall.SIGSTOP))
	require.NoError(t, syscall.Kill(a.component("cache primary").PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the other replica is the primary", func() bool {
		return primary.Set(t.Context(), "after", "failover", 0).Err() == nil
	})
	_ = syscall.Kill(replica.PID, syscall.SIGCONT) // it may have been replaced
	cloudtest.Eventually(t, "both replicas have what the new primary has", func() bool {
		conn := primary.Conn()
		defer conn.Close()
		return conn.Incr(t.Context(), "n").Err() == nil && conn.Do(t.Context(), "WAIT", 2, 100).Val() == int64(2)
	})
}
