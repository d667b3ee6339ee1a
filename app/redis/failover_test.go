package redis

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/dial"
	"myclothes/app/shop"
)

func openDurable(t *testing.T, address string, durability Durability) *Store {
	t.Helper()
	client := NewClient(Config{Address: address, Dialer: dial.From(netip.Addr{})})
	t.Cleanup(func() { client.Close() })
	return NewStore(client, Options{Lifetimes: shop.Lifetimes{Idle: time.Hour}, Durability: durability})
}

// shoppers change a cart each, one change after the other, and count up while doing so.
type shoppers struct {
	store    *Store
	sessions []*shop.Session
	changes  atomic.Int32 // that were acknowledged
	stop     atomic.Bool
	group    sync.WaitGroup
}

// startShoppers has shoppers change their carts until finish. No change may fail, whatever happens to the cache.
func startShoppers(t *testing.T, store *Store) *shoppers {
	t.Helper()
	s := &shoppers{store: store, sessions: make([]*shop.Session, 20)}
	for i := range s.sessions {
		s.sessions[i] = shop.OpenSession("")
		s.group.Go(func() {
			for had := 0; !s.stop.Load() && s.addOne(t, s.sessions[i], had); had = (had + 1) % shop.MaxQuantity {
				s.changes.Add(1)
			}
		})
	}
	s.goOn(t)
	return s
}

// addOne adds one piece to a cart, which had so many. It says whether the cart is then
// as it has to be: nothing was lost, and nothing counted twice.
func (s *shoppers) addOne(t *testing.T, session *shop.Session, had int) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	change := s.store.Add
	if had == 0 {
		change = s.store.Set
	}
	want := []shop.Line{{SKU: "tee", Quantity: had + 1}}
	changed, err := change(ctx, session, "tee", 1)
	if !assert.NoError(t, err) || !assert.Equal(t, want, changed.Lines) {
		return false
	}
	read, err := s.store.Cart(ctx, session)
	return assert.NoError(t, err) && assert.Equal(t, want, read.Lines)
}

// goOn waits until many more changes were acknowledged.
func (s *shoppers) goOn(t *testing.T) {
	t.Helper()
	from := s.changes.Load()
	apptest.Eventually(t, func() bool { return s.changes.Load() > from+100 }, "carts are being changed")
}

func (s *shoppers) finish() {
	s.stop.Store(true)
	s.group.Wait()
}

// TestAFailoverIsADelayAndNotAnError kills or freezes the primary while many change their carts. They wait, and what
// was acknowledged stays.
func TestAFailoverIsADelayAndNotAnError(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(primary *apptest.Redis){
		"killed": (*apptest.Redis).Kill,
		"frozen": (*apptest.Redis).Pause,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			primary := apptest.StartRedis(t, nil)
			replica := primary.StartReplica()
			way := newEndpoint(t, primary.Addr)
			shoppers := startShoppers(t, openDurable(t, way.address, Replicated))
			fault(primary)
			replica.Promote()
			way.target.Store(&replica.Addr)
			shoppers.goOn(t)
			shoppers.finish()
		})
	}
}

// TestStrictLosesNothingToTwoFaults freezes both replicas, kills the primary, and promotes the replica that has most.
func TestStrictLosesNothingToTwoFaults(t *testing.T) {
	t.Parallel()
	primary := apptest.StartRedis(t, nil)
	one, other := primary.StartReplica(), primary.StartReplica()
	way := newEndpoint(t, primary.Addr)
	store := openDurable(t, way.address, Strict)
	shoppers := startShoppers(t, store)
	one.Pause()
	shoppers.goOn(t)
	other.Pause()
	apptest.Eventually(t, func() bool { return store.commits.misses.Load() > 2*commitLanes }, "nothing is acknowledged any more")
	primary.Kill()
	other.Resume()
	other.Promote()
	way.target.Store(&other.Addr)
	one.Resume()
	one.Follow(other)
	shoppers.goOn(t)
	shoppers.finish()
}

// TestStoreFollowsThePrimaryAfterAFailover moves the endpoint to the replica while connections to the old
// primary, now a replica itself, stay open: that is what ElastiCache does.
func TestStoreFollowsThePrimaryAfterAFailover(t *testing.T) {
	t.Parallel()
	first := apptest.StartRedis(t, nil)
	second := first.StartReplica()
	way := newEndpoint(t, first.Addr)
	store := openStore(t, way.address, nil)
	session := shop.OpenSession("")
	_, err := store.Set(t.Context(), session, "tee", 1)
	require.NoError(t, err)
	warm(t, store) // several connections, all of them to the first server
	first.Do("WAIT", 1, 5000)
	second.Promote()
	first.Follow(second)
	way.target.Store(&second.Addr)

	cart, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err, "the first addition after the failover goes to the new primary")
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 2}}, cart.Lines)
}

// TestReadsAreNotAnsweredByAFormerPrimary lets the former primary become the replica of nobody who is there, so that it
// keeps what it had.
func TestReadsAreNotAnsweredByAFormerPrimary(t *testing.T) {
	t.Parallel()
	first, second := apptest.StartRedis(t, nil), apptest.StartRedis(t, nil)
	first.Do("SET", "who", "first")
	second.Do("SET", "who", "second")
	way := newEndpoint(t, first.Addr)
	store := openStore(t, way.address, nil)
	who := func() string {
		replies, err := store.ask(t.Context(), command{"GET", "who"})
		require.NoError(t, err)
		name, err := replies[0].ToString()
		require.NoError(t, err)
		return name
	}
	require.Equal(t, "first", who())
	first.Do("REPLICAOF", "127.0.0.1", "1")
	way.target.Store(&second.Addr)
	require.Equal(t, "second", who())
}

// TestAFlappingEndpointLosesNothing cuts connections all the time.
func TestAFlappingEndpointLosesNothing(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	server.StartReplica()
	way := newEndpoint(t, server.Addr)
	shoppers := startShoppers(t, openDurable(t, way.address, Replicated))
	way.flap(t)
	shoppers.goOn(t)
	shoppers.goOn(t)
	shoppers.finish()
}
