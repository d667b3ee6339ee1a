package redis

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
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
	return NewStore(client, Options{TTL: time.Hour})
}

func TestStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	storetest.Run(t, "elasticache", func() shop.SessionStore { return openStore(t, server.Addr, nil) })
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

// TestStoreFollowsThePrimaryAfterAFailover moves the endpoint to the replica while connections to the old
// primary, now a replica itself, stay open: that is what ElastiCache does.
func TestStoreFollowsThePrimaryAfterAFailover(t *testing.T) {
	t.Parallel()
	first, second := apptest.StartRedis(t, nil), apptest.StartRedis(t, nil)
	host, port, err := net.SplitHostPort(first.Addr)
	require.NoError(t, err)
	second.Do("REPLICAOF", host, port)
	apptest.Eventually(t, func() bool {
		return strings.Contains(first.Do("INFO", "replication").(string), "state=online")
	}, "the replica is online")

	endpoint := newEndpoint(t, first.Addr)
	store := openStore(t, endpoint.address, nil)
	session := shop.OpenSession("")
	var busy sync.WaitGroup // several connections, all of them to the first server
	_, err = store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err)
	for range 8 {
		busy.Go(func() { store.Add(t.Context(), shop.OpenSession(session.Token()), "tee", 1) })
	}
	busy.Wait()
	first.Do("WAIT", 1, 5000)
	apptest.Eventually(t, func() bool { return time.Since(store.client.current.Load().opened) > leastAge }, "the pool is not brand new")

	second.Do("REPLICAOF", "NO", "ONE")
	host, port, err = net.SplitHostPort(second.Addr)
	require.NoError(t, err)
	first.Do("REPLICAOF", host, port)
	endpoint.target.Store(&second.Addr)

	cart, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err, "the first addition after the failover goes to the new primary")
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 10}}, cart.Lines)
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

// endpoint is a stable address in front of a server that changes; open connections stay where they are.
type endpoint struct {
	address string
	target  atomic.Pointer[string]
}

func newEndpoint(t *testing.T, target string) *endpoint {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	e := &endpoint{address: listener.Addr().String()}
	e.target.Store(&target)
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go e.forward(client)
		}
	}()
	return e
}

func (e *endpoint) forward(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", *e.target.Load())
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		io.Copy(server, client)
		server.Close()
	}()
	io.Copy(client, server)
}
