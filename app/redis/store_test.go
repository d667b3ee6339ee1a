package redis

import (
	"context"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
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
		return openWith(t, server.Addr, l)
	})
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

func TestEveryChangeIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	session := guestWith(t, store, nil) // connects, and teaches the server the scripts
	server.Do("CONFIG", "RESETSTAT")
	for range 10 {
		_, err := store.Add(t.Context(), session, "tee", 1)
		require.NoError(t, err)
	}
	stats := server.Do("INFO", "commandstats").(string)
	require.Contains(t, stats, "cmdstat_evalsha:calls=10,")
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
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = store.Add(ctx, session, "tee", 1)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	_, err = store.Cart(ctx, session)
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
	warm(t, store)
	require.EqualValues(t, 1, token.expired.Load(), "everybody met the refusal, and one read the token again")
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
