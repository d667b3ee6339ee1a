package throttle

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/dial"
	"myclothes/app/redis"
	"myclothes/app/shop"
)

func open(t *testing.T, address string, newSessions int) *Throttle {
	t.Helper()
	client := redis.NewClient(redis.Config{Address: address, Dialer: dial.From(netip.Addr{})})
	t.Cleanup(func() { client.Close() })
	return New(redis.NewOptional(client, time.Minute), newSessions)
}

// both returns a throttle that counts in the cache and one that counts in the process, which must behave alike.
func both(t *testing.T, newSessions int) map[string]*Throttle {
	t.Helper()
	server := apptest.StartRedis(t, nil)
	return map[string]*Throttle{"in the cache": open(t, server.Addr, newSessions), "in the process": New(nil, newSessions)}
}

// try makes an attempt and says whether it was let through; end is how it ends then.
func try(t *testing.T, throttle *Throttle, a shop.Attempt, end func(context.Context, shop.Attempt)) bool {
	t.Helper()
	if wait := throttle.Begin(t.Context(), a); wait > 0 {
		require.LessOrEqual(t, wait, sessionWindow)
		return false
	}
	end(t.Context(), a)
	return true
}

// fail is an attempt with a wrong password.
func fail(t *testing.T, throttle *Throttle, account, client string) bool {
	t.Helper()
	return try(t, throttle, shop.Attempt{Account: account, Client: client}, throttle.Failed)
}

func TestGuessingPasswordsIsBounded(t *testing.T) {
	t.Parallel()
	for name, throttle := range both(t, 0) {
		t.Run(name, func(t *testing.T) {
			for range pairLimit {
				require.True(t, fail(t, throttle, "ada@example.com", "10.0.0.1"))
			}
			require.False(t, fail(t, throttle, "ada@example.com", "10.0.0.1"), "guessing ends")
			require.True(t, fail(t, throttle, "ada@example.com", "10.0.0.2"), "the customer is not locked out")
			require.True(t, fail(t, throttle, "bob@example.com", "10.0.0.1"), "nor is somebody else there")
			require.EqualValues(t, 1, testutil.ToFloat64(throttle.refused))

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

func TestWhoMistypesAndThenSignsInStartsAfresh(t *testing.T) {
	t.Parallel()
	for name, throttle := range both(t, 0) {
		t.Run(name, func(t *testing.T) {
			eve := shop.Attempt{Account: "eve@example.com", Client: "10.0.0.3"}
			for range 3 * pairLimit {
				require.True(t, try(t, throttle, eve, throttle.Failed))
				require.True(t, try(t, throttle, eve, throttle.Succeeded))
			}
			joe := shop.Attempt{Account: "joe@example.com", Client: "10.0.0.4"}
			for range 2 * clientLimit { // nobody looked at the password
				require.True(t, try(t, throttle, joe, throttle.Abandoned))
			}
		})
	}
}

func TestTheRightPasswordCannotBeUsedWithoutEnd(t *testing.T) {
	t.Parallel()
	for name, throttle := range both(t, 3*signInLimit/2) {
		t.Run(name, func(t *testing.T) {
			mallory := shop.Attempt{Account: "mallory@example.com", Client: "10.0.0.6"}
			for range signInLimit {
				require.True(t, try(t, throttle, mallory, throttle.Succeeded))
			}
			require.False(t, try(t, throttle, mallory, throttle.Succeeded), "for one account")
			for i := range signInLimit / 2 {
				require.True(t, try(t, throttle, shop.Attempt{Account: fmt.Sprint("account-", i), Client: "10.0.0.6"}, throttle.Succeeded))
			}
			require.False(t, try(t, throttle, shop.Attempt{Account: "one more", Client: "10.0.0.6"}, throttle.Succeeded), "from one client")
			require.False(t, try(t, throttle, shop.Attempt{Client: "10.0.0.6"}, throttle.Succeeded), "nor may they open more accounts")
			require.True(t, fail(t, throttle, "ada@example.com", "10.0.0.7"), "others go on")
		})
	}
}

func TestADeviceIsJudgedByItself(t *testing.T) {
	t.Parallel()
	for name, throttle := range both(t, 2) {
		t.Run(name, func(t *testing.T) {
			for i := range accountLimit {
				fail(t, throttle, "ada@example.com", fmt.Sprint("client-", i))
			}
			for range 2 {
				require.True(t, try(t, throttle, shop.Attempt{Account: "eve@example.com", Client: "10.0.0.8"}, throttle.Succeeded))
			}
			require.False(t, fail(t, throttle, "ada@example.com", "10.0.0.8"))
			known := shop.Attempt{Account: "ada@example.com", Client: "10.0.0.8", Device: "laptop"}
			for range 2 { // a success forgets what was mistyped
				for range deviceLimit - 1 {
					require.True(t, try(t, throttle, known, throttle.Failed))
				}
				require.True(t, try(t, throttle, known, throttle.Succeeded))
			}
			require.False(t, try(t, throttle, known, throttle.Succeeded), "it may not begin more sessions either")

			known.Client = "10.0.0.9"
			for range deviceLimit {
				require.True(t, try(t, throttle, known, throttle.Failed))
			}
			require.False(t, try(t, throttle, known, throttle.Failed), "nor guess without end")
		})
	}
}

func TestAClientMayBeginOnlySoManySessions(t *testing.T) {
	t.Parallel()
	for name, throttle := range both(t, 3) {
		t.Run(name, func(t *testing.T) {
			for range 3 {
				require.Zero(t, throttle.SessionWait("10.0.0.1"))
				throttle.SessionBegun("10.0.0.1")
			}
			throttle.SessionBegun("10.0.0.2")
			apptest.Eventually(t, func() bool { return throttle.SessionWait("10.0.0.1") > 0 }, "the client is refused")
			require.LessOrEqual(t, throttle.SessionWait("10.0.0.1"), sessionWindow)
			require.Zero(t, throttle.SessionWait("10.0.0.2"))
			require.EqualValues(t, 1, testutil.ToFloat64(throttle.crowded))
			require.True(t, fail(t, throttle, "ada@example.com", "10.0.0.1"), "they may sign in")
		})
	}
}

func TestSessionsAreCountedForTheWholeFleet(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	one, two := open(t, server.Addr, 100), open(t, server.Addr, 100)
	for range 50 {
		one.SessionBegun("10.0.0.1")
	}
	apptest.Eventually(t, func() bool { return server.Do("MGET", hash("begun from", "10.0.0.1")).([]any)[0] == "50" }, "they are counted")
	for range 50 {
		two.SessionBegun("10.0.0.1")
	}
	apptest.Eventually(t, func() bool { return two.SessionWait("10.0.0.1") > 0 }, "the client is refused")
	one.SessionBegun("10.0.0.1")
	apptest.Eventually(t, func() bool { return one.SessionWait("10.0.0.1") > 0 }, "the first instance hears of it with the next one")
}

func TestAnInstanceCountsSessionsAloneWhileTheCacheIsAway(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	throttle := open(t, server.Addr, 3)
	server.Kill()
	for range 3 {
		throttle.SessionBegun("10.0.0.1")
	}
	apptest.Eventually(t, func() bool { return throttle.SessionWait("10.0.0.1") > 0 }, "the client is refused")
}

func TestWithoutALimitNoSessionIsCounted(t *testing.T) {
	t.Parallel()
	throttle := New(nil, 0)
	for range 1000 {
		throttle.SessionBegun("10.0.0.1")
	}
	require.Zero(t, throttle.SessionWait("10.0.0.1"))
	require.Empty(t, throttle.begun.byClient)
}

func TestNobodyGetsMoreGuessesByFillingTheCache(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil, "--maxmemory", "1mb", "--maxmemory-policy", "noeviction")
	one, two := open(t, server.Addr, 0), open(t, server.Addr, 0)
	for range pairLimit {
		require.True(t, fail(t, one, "ada@example.com", "10.0.0.1"))
	}
	require.False(t, fail(t, two, "ada@example.com", "10.0.0.1"))
}

func TestInstancesCountTogether(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	one, two := open(t, server.Addr, 0), open(t, server.Addr, 0)
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
	throttle := open(t, server.Addr, 0)
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
	throttle, now := New(nil, 0), time.Now()
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
	throttle := open(t, server.Addr, 10)
	for _, device := range []string{"", "laptop"} {
		attempt := shop.Attempt{Account: "ada@example.com", Client: "10.0.0.1", Device: device}
		require.True(t, try(t, throttle, attempt, throttle.Succeeded))
		require.True(t, try(t, throttle, attempt, throttle.Failed))
	}
	throttle.SessionBegun("10.0.0.1")
	apptest.Eventually(t, func() bool { return len(server.Do("KEYS", "*").([]any)) == 8 }, "every counter is there")
	for _, key := range server.Do("KEYS", "*").([]any) {
		require.Regexp(t, `^throttle:[A-Za-z0-9_-]{22}$`, key)
		require.Positive(t, server.Do("PTTL", key))
	}
	for key := range maps.Keys(throttle.own.counts) {
		require.Regexp(t, `^throttle:[A-Za-z0-9_-]{22}$`, key)
	}
}
