package redis

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

// TestEveryDeadlineHolds has many callers with little patience meet a cache that does not answer in time. The bound
// is generous for the sake of busy machines: without deadlines those who wait wait for as long as the cache is like this.
func TestEveryDeadlineHolds(t *testing.T) {
	t.Parallel()
	const callers, patience, bound = 200, 100 * time.Millisecond, time.Minute
	for name, spoil := range map[string]func(t *testing.T, server *apptest.Redis, way *endpoint){
		"hung":     func(_ *testing.T, server *apptest.Redis, _ *endpoint) { server.Pause() },
		"refusing": func(_ *testing.T, server *apptest.Redis, way *endpoint) { server.Kill(); way.refuse() },
		"slow":     func(_ *testing.T, _ *apptest.Redis, way *endpoint) { way.delay.Store(int64(2 * time.Second)) },
		"flapping": func(t *testing.T, _ *apptest.Redis, way *endpoint) { way.flap(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startShipped(t)
			server.StartReplica()
			way := newEndpoint(t, server.Addr)
			fast, replicated := server.openShipped(t, way.address, Fast), server.openShipped(t, way.address, Replicated)
			warm(t, fast)
			warm(t, replicated)
			spoil(t, server.Redis, way)
			var group sync.WaitGroup
			for i := range callers {
				group.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					start, err := time.Now(), error(nil)
					switch i % 3 {
					case 0:
						_, err = fast.Cart(ctx, shop.OpenSession(shop.NewSessionID()))
					case 1:
						_, err = fast.Set(ctx, shop.OpenSession(""), "tee", 1)
					default:
						_, err = replicated.Set(ctx, shop.OpenSession(""), "tee", 1)
					}
					assert.Less(t, time.Since(start), bound)
					if name != "flapping" {
						assert.ErrorIs(t, err, shop.ErrUnavailable)
					}
				})
			}
			group.Wait()
		})
	}
}

// warm makes a store connect.
func warm(t *testing.T, store *Store) {
	t.Helper()
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			_, err := store.Set(t.Context(), shop.OpenSession(""), "tee", 1)
			assert.NoError(t, err)
			_, err = store.Cart(t.Context(), shop.OpenSession(shop.NewSessionID()))
			assert.NoError(t, err)
		})
	}
	group.Wait()
}

// TestConnectionsThatDiedUnnoticedCostNoError lets the server go away and come back while nobody asks. Under TLS a
// client does not notice before it uses a connection.
func TestConnectionsThatDiedUnnoticedCostNoError(t *testing.T) {
	t.Parallel()
	server := startShipped(t)
	for _, durability := range []Durability{Fast, Replicated} {
		store := server.openShipped(t, server.Addr, durability)
		warm(t, store)
		server.Kill()
		server.Start()
		server.StartReplica()
		for range 20 {
			_, err := store.Set(t.Context(), shop.OpenSession(""), "tee", 1)
			require.NoError(t, err)
			_, err = store.Cart(t.Context(), shop.OpenSession(shop.NewSessionID()))
			require.NoError(t, err)
		}
	}
}

// TestAPrimaryThatHangsForGoodIsLeft has the endpoint lead to a replica while the primary of before neither answers nor
// ends: nobody resets the connections to it, nor those that are being made.
func TestAPrimaryThatHangsForGoodIsLeft(t *testing.T) {
	t.Parallel()
	primary := startShipped(t)
	replica := primary.StartReplica()
	way := newEndpoint(t, primary.Addr)
	shoppers := startShoppers(t, primary.openShipped(t, way.address, Replicated))
	primary.Pause()
	t.Cleanup(primary.Resume)
	before := way.opened.Load()
	apptest.Eventually(t, func() bool { return way.opened.Load() > before }, "connections are made to the node that hangs")
	replica.Promote()
	way.target.Store(&replica.Addr)
	shoppers.goOn(t)
	shoppers.finish()
}

func TestOptionalUsesDoNotWaitBehindCarts(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	store.client.reads.out = lanes // all lanes are taken, for ever
	reply, err := NewOptional(store.client, time.Minute).Run(t.Context(), NewScript("return 'here'"), nil)
	require.NoError(t, err)
	require.Equal(t, "here", reply)
}

func TestClosingEndsCallsThatWait(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	server.Pause()
	ended := make(chan error)
	go func() {
		_, err := store.Cart(context.Background(), shop.OpenSession(shop.NewSessionID()))
		ended <- err
	}()
	store.client.Close()
	require.ErrorIs(t, <-ended, shop.ErrUnavailable)
}

func TestCommandsThatShareARoundTripFailAlone(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	increase := NewScript("return redis.call('INCR', KEYS[1])")
	server.Do("SET", "text", "x")
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			_, err := store.read(t.Context(), increase, []string{[]string{"text", "count"}[i%2]})
			assert.Equal(t, i%2 == 0, err != nil, "command %d: %v", i, err)
		})
	}
	group.Wait()
	require.Equal(t, "50", server.Do("GET", "count"))
}

func TestAnswersThatAreNotTheProtocolAreErrors(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"HTTP/1.1 400 Bad Request\r\n\r\n", "$-5\r\n", "*2\r\n$1\r\n", "\x15\x03\x01\x00\x02\x02\x28"} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := openStore(t, startTalker(t, answer), nil).Set(ctx, shop.OpenSession(""), "tee", 1)
		require.ErrorIs(t, err, shop.ErrUnavailable)
	}
}

func TestAFullCacheIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	server.Do("CONFIG", "SET", "maxmemory", "1")
	_, err := openStore(t, server.Addr, nil).Set(t.Context(), shop.OpenSession(""), "tee", 1)
	require.ErrorIs(t, err, shop.ErrUnavailable)
}
