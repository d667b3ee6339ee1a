package redis

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/dial"
	"myclothes/app/shop"
	"myclothes/app/storetest"
)

func openStore(t *testing.T, address string, token Token) *Store {
	t.Helper()
	client := NewClient(Config{Address: address, Dialer: dial.From(netip.Addr{}), Token: token})
	t.Cleanup(func() { client.Close() })
	return NewStore(client, Options{Lifetimes: shop.Lifetimes{Idle: time.Hour}})
}

func TestStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	storetest.Run(t, "elasticache", func(l shop.Lifetimes) shop.SessionStore {
		client := NewClient(Config{Address: server.Addr, Dialer: dial.From(netip.Addr{})})
		t.Cleanup(func() { client.Close() })
		return NewStore(client, Options{Lifetimes: l})
	})
}

func TestCommandsThatShareARoundTripFailAlone(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	client := NewClient(Config{Address: server.Addr, Dialer: dial.From(netip.Addr{})})
	t.Cleanup(func() { client.Close() })
	server.Do("SET", "text", "x")
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			err := client.Do(t.Context(), false, func(c goredis.Cmdable) error {
				if i%2 == 0 {
					return c.Incr(t.Context(), "text").Err()
				}
				return c.Incr(t.Context(), "count").Err()
			})
			assert.Equal(t, i%2 == 0, err != nil, "command %d: %v", i, err)
		})
	}
	group.Wait()
	require.Equal(t, "50", server.Do("GET", "count"))
}

func TestEveryOperationRenewsTheSession(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	session := shop.OpenSession("")
	_, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err)
	operations := map[string]func() error{
		"cart":      func() error { _, err := store.Cart(t.Context(), session); return err },
		"add":       func() error { _, err := store.Add(t.Context(), session, "tee", 1); return err },
		"set":       func() error { _, err := store.Set(t.Context(), session, "tee", 1); return err },
		"clear":     func() error { return store.Clear(t.Context(), session) },
		"signed in": func() error { _, err := store.SignedIn(t.Context(), session); return err },
	}
	for name, operation := range operations {
		key := sessionKey(session.Token())
		server.Do("EXPIRE", key, 5)
		require.NoError(t, operation(), name)
		require.InDelta(t, time.Hour.Seconds(), server.Do("TTL", key), 2, name)
	}
}

func TestAChangeThatTakesTooLongIsNotRepeated(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store, session := openStore(t, server.Addr, nil), shop.OpenSession("")
	_, err := store.Set(t.Context(), session, "tee", 1)
	require.NoError(t, err)
	var group sync.WaitGroup
	for range 20 { // so that there are idle connections, over which it could be sent again
		group.Go(func() { assert.NoError(t, store.Ping(t.Context())) })
	}
	group.Wait()
	server.Pause()
	_, err = store.Set(t.Context(), session, "tee", 2)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	server.Resume()
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, 2, cart.Count(), "it was carried out late")
	require.Regexp(t, `cmdstat_hset:calls=2,`, server.Do("INFO", "commandstats"))
}

func TestSessionsExpire(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	session := shop.OpenSession("")
	_, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err)
	server.Do("PEXPIRE", sessionKey(session.Token()), 1)
	apptest.Eventually(t, func() bool {
		return server.Do("EXISTS", sessionKey(session.Token())) == int64(0)
	}, "the key expires")
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Empty(t, cart.Lines)
}

func TestEveryOperationIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	session := shop.OpenSession("")
	addAndRead := func() {
		_, err := store.Add(t.Context(), session, "tee", 1)
		require.NoError(t, err)
		_, err = store.Cart(t.Context(), session)
		require.NoError(t, err)
	}
	addAndRead() // connects, and teaches the server the scripts
	server.Do("CONFIG", "RESETSTAT")
	for range 10 {
		addAndRead()
	}
	stats := server.Do("INFO", "commandstats").(string)
	require.Contains(t, stats, "cmdstat_evalsha:calls=20,")
	require.NotContains(t, stats, "cmdstat_eval:")
}

func TestStoreRecoversWhenTheCacheComesBack(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	session := shop.OpenSession("")
	_, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err)

	server.Kill()
	_, err = store.Add(t.Context(), session, "tee", 1)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	_, err = store.Cart(t.Context(), session)
	require.ErrorIs(t, err, shop.ErrUnavailable)

	server.Start()
	apptest.Eventually(t, func() bool {
		_, err := store.Add(t.Context(), session, "tee", 1)
		return err == nil
	}, "the store works again")
}

func TestStoreMayBeOpenedWhileTheCacheIsAway(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	server.Kill()
	store := openStore(t, server.Addr, nil)
	require.ErrorIs(t, store.Ping(t.Context()), shop.ErrUnavailable)
	server.Start()
	apptest.Eventually(t, func() bool { return store.Ping(t.Context()) == nil }, "the store works")
}

func TestTokenIsReadAgainAfterItWasRotated(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, &goredis.Options{Password: "second"}, "--requirepass", "second")
	token := &rotated{values: []string{"first", "second"}}
	store := openStore(t, server.Addr, token)
	require.Eventually(t, func() bool { return store.Ping(t.Context()) == nil }, 5*time.Second, 10*time.Millisecond)
	require.EqualValues(t, 1, token.expired.Load())
}

// rotated is a token whose next value shows after Expire.
type rotated struct {
	values  []string
	expired atomic.Int32
}

func (r *rotated) Value(context.Context) (Auth, error) {
	return Auth{Token: r.values[min(int(r.expired.Load()), len(r.values)-1)]}, nil
}

func (r *rotated) Expire() { r.expired.Add(1) }
