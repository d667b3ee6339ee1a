package redis

import (
	"context"
	"math"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/redis/rueidis"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

// calls is how often a server was sent a command.
func calls(t *testing.T, server *apptest.Redis, command string) int {
	t.Helper()
	found := regexp.MustCompile("cmdstat_" + command + ":calls=([0-9]+),").FindStringSubmatch(server.Do("INFO", "commandstats").(string))
	if found == nil {
		return 0
	}
	n, err := strconv.Atoi(found[1])
	require.NoError(t, err)
	return n
}

func TestChangesAtTheSameMomentShareAWait(t *testing.T) {
	t.Parallel()
	primary := apptest.StartRedis(t, nil)
	primary.StartReplica()
	store := openDurable(t, primary.Addr, Strict) // nobody stops waiting when the replica takes its time
	warm(t, store)
	primary.Do("CONFIG", "RESETSTAT")
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			session := shop.OpenSession("")
			for quantity := 1; quantity <= 20; quantity++ {
				_, err := store.Set(t.Context(), session, "tee", quantity)
				assert.NoError(t, err)
			}
		})
	}
	group.Wait()
	changes := calls(t, primary, "evalsha")
	require.GreaterOrEqual(t, changes, 1000)
	require.Less(t, calls(t, primary, "wait"), changes/2)
}

func TestReplicatedChangesStandAndAreCountedWhenNoReplicaAnswers(t *testing.T) {
	t.Parallel()
	primary := apptest.StartRedis(t, nil)
	primary.StartReplica().Pause()
	replicated, fast := openDurable(t, primary.Addr, Replicated), openDurable(t, primary.Addr, Fast)
	for _, store := range []*Store{replicated, fast} {
		session := shop.OpenSession("")
		_, err := store.Set(t.Context(), session, "tee", 2)
		require.NoError(t, err)
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, 2, cart.Count())
	}
	require.EqualValues(t, 1, testutil.ToFloat64(replicated.commits.unreplicated))
	require.Zero(t, testutil.ToFloat64(fast.commits.unreplicated))
}

// TestWithoutAnyReplicaNobodyWaits takes the only replica away and brings another one: changes wait for it again.
func TestWithoutAnyReplicaNobodyWaits(t *testing.T) {
	t.Parallel()
	primary := apptest.StartRedis(t, nil)
	replica := primary.StartReplica()
	store := openDurable(t, primary.Addr, Replicated)
	session := shop.OpenSession("")
	change := func() {
		_, err := store.Set(t.Context(), session, "tee", 2)
		require.NoError(t, err)
	}
	change()
	require.Zero(t, testutil.ToFloat64(store.commits.suspension))
	replica.Pause()
	before := testutil.ToFloat64(store.commits.unreplicated)
	for range patience {
		change()
	}
	require.EqualValues(t, 1, testutil.ToFloat64(store.commits.suspension))
	primary.Do("CONFIG", "RESETSTAT")
	for range 200 {
		change()
	}
	require.Less(t, calls(t, primary, "wait"), 50, "now and then one looks for a replica")
	require.EqualValues(t, patience+200, testutil.ToFloat64(store.commits.unreplicated)-before)
	require.Equal(t, 2, testutil.CollectAndCount(store.Metrics()))

	replica.Resume()
	apptest.Eventually(t, func() bool {
		change()
		return testutil.ToFloat64(store.commits.suspension) == 0
	}, "changes wait again")
}

// TestStrictAcknowledgesNothingThatNoReplicaHas has a change repeated while the replica is frozen. The primary has it
// from the first time on, so that the repetitions find nothing to write.
func TestStrictAcknowledgesNothingThatNoReplicaHas(t *testing.T) {
	t.Parallel()
	primary := apptest.StartRedis(t, nil)
	replica := primary.StartReplica()
	store := openDurable(t, primary.Addr, Strict)
	warm(t, store)
	replica.Pause()
	impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := store.Set(impatient, shop.OpenSession(""), "tee", 2)
	require.ErrorIs(t, err, shop.ErrUnavailable)

	before := calls(t, primary, "evalsha")
	acknowledged := make(chan error, 1)
	go func() {
		_, err := store.Set(t.Context(), shop.OpenSession(""), "tee", 2)
		acknowledged <- err
	}()
	apptest.Eventually(t, func() bool { return calls(t, primary, "evalsha") > before+3 }, "the change is repeated")
	require.Empty(t, acknowledged)
	replica.Resume()
	require.NoError(t, <-acknowledged)
}

// TestASuspensionThatEndsIsNotBegunAgain has round trips come back after there was a replica again, that were sent
// while nobody waited.
func TestASuspensionThatEndsIsNotBegunAgain(t *testing.T) {
	t.Parallel()
	primary := apptest.StartRedis(t, nil)
	primary.StartReplica()
	commits := openDurable(t, primary.Addr, Replicated).commits
	commits.suspended.Store(true)
	require.Empty(t, commits.commands())
	commits.suspended.Store(false)
	for range patience {
		require.NoError(t, commits.judge([]rueidis.RedisResult{{}}, nil))
	}
	require.False(t, commits.suspended.Load())
}

// TestASuspensionEndsHoweverManyChangesItSaw begins with one that nobody has probed, as after more round trips than can be counted.
func TestASuspensionEndsHoweverManyChangesItSaw(t *testing.T) {
	t.Parallel()
	primary := apptest.StartRedis(t, nil)
	primary.StartReplica()
	store := openDurable(t, primary.Addr, Replicated)
	store.commits.misses.Store(math.MaxInt32)
	store.commits.suspended.Store(true)
	apptest.Eventually(t, func() bool {
		_, err := store.Set(t.Context(), shop.OpenSession(""), "tee", 1)
		return assert.NoError(t, err) && !store.commits.suspended.Load()
	}, "the replica is waited for again")
}
