package throttle

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/dial"
	"myclothes/app/redis"
)

func open(t *testing.T, address string) *Throttle {
	t.Helper()
	client := redis.NewClient(redis.Config{Address: address, Dialer: dial.From(netip.Addr{})})
	t.Cleanup(func() { client.Close() })
	return New(redis.NewOptional(client, 5*time.Second))
}

// fail is an attempt with a wrong password; it says whether it was let through.
func fail(t *testing.T, throttle *Throttle, account, client string) bool {
	t.Helper()
	if wait := throttle.Begin(t.Context(), account, client); wait > 0 {
		require.LessOrEqual(t, wait, window)
		return false
	}
	throttle.Failed(t.Context(), account, client)
	return true
}

// TestThrottle holds both counters, in the cache and in the process, to the same behaviour.
func TestThrottle(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	for name, throttle := range map[string]*Throttle{"in the cache": open(t, server.Addr), "in the process": New(nil)} {
		t.Run(name, func(t *testing.T) {
			for range pairLimit {
				require.True(t, fail(t, throttle, "ada@example.com", "10.0.0.1"))
			}
			require.False(t, fail(t, throttle, "ada@example.com", "10.0.0.1"), "guessing ends")
			require.True(t, fail(t, throttle, "ada@example.com", "10.0.0.2"), "the customer is not locked out")
			require.True(t, fail(t, throttle, "bob@example.com", "10.0.0.1"), "nor is somebody else there")
			require.EqualValues(t, 1, testutil.ToFloat64(throttle.Metrics()))

			for range 3 * pairLimit { // mistyped, and then right
				require.True(t, fail(t, throttle, "eve@example.com", "10.0.0.3"))
				require.Zero(t, throttle.Begin(t.Context(), "eve@example.com", "10.0.0.3"))
				throttle.Succeeded(t.Context(), "eve@example.com", "10.0.0.3")
			}
			for range 2 * clientLimit { // nobody looked at the password
				require.Zero(t, throttle.Begin(t.Context(), "joe@example.com", "10.0.0.4"))
				throttle.Abandoned(t.Context(), "joe@example.com", "10.0.0.4")
			}
			for i := range accountLimit {
				require.True(t, fail(t, throttle, "grace@example.com", fmt.Sprint("client-", i)))
			}
			require.False(t, fail(t, throttle, "grace@example.com", "yet another"), "from anywhere")
			for i := range clientLimit {
				require.True(t, fail(t, throttle, fmt.Sprint("account-", i), "10.0.0.5"))
			}
			require.False(t, fail(t, throttle, "one more", "10.0.0.5"), "one password for everybody")
			require.False(t, fail(t, throttle, "", "10.0.0.5"), "nor may they ask which accounts there are")
		})
	}
}

func TestInstancesCountTogether(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	one, two := open(t, server.Addr), open(t, server.Addr)
	var let atomic.Int32
	var guesses sync.WaitGroup
	for i := range 40 {
		guesses.Go(func() {
			if fail(t, []*Throttle{one, two}[i%2], "ada@example.com", "10.0.0.1") {
				let.Add(1)
			}
		})
	}
	guesses.Wait()
	require.EqualValues(t, pairLimit, let.Load())
}

func TestAnInstanceCountsAloneWhileTheCacheIsAway(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	throttle := open(t, server.Addr)
	server.Kill()
	let := 0
	for range 4 * pairLimit {
		if fail(t, throttle, "ada@example.com", "10.0.0.1") {
			let++
		}
	}
	require.Equal(t, pairLimit, let)
}

func TestAWindowEnds(t *testing.T) {
	t.Parallel()
	throttle, now := New(nil), time.Now()
	throttle.own.now = func() time.Time { return now }
	for range pairLimit {
		fail(t, throttle, "ada@example.com", "10.0.0.1")
	}
	require.False(t, fail(t, throttle, "ada@example.com", "10.0.0.1"))
	now = now.Add(window)
	require.True(t, fail(t, throttle, "ada@example.com", "10.0.0.1"))
	require.Len(t, throttle.own.counts, 3)
}

func TestNoAddressIsKept(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	fail(t, open(t, server.Addr), "ada@example.com", "10.0.0.1")
	keys := server.Do("KEYS", "*").([]any)
	require.Len(t, keys, 3)
	for _, key := range keys {
		require.True(t, strings.HasPrefix(key.(string), "throttle:"))
		require.NotContains(t, key, "ada")
		require.NotContains(t, key, "10.0.0.1")
		require.Positive(t, server.Do("PTTL", key))
	}
}
