package redis

import (
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
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
	store   *Store
	changes atomic.Int32 // that were acknowledged
	stop    atomic.Bool
	group   sync.WaitGroup
}

// startShoppers has shoppers change their carts until finish. No change may fail, whatever happens to the cache.
func startShoppers(t *testing.T, store *Store) *shoppers {
	t.Helper()
	s := &shoppers{store: store}
	for range 20 {
		s.group.Go(func() {
			for cart := (&basket{}); !s.stop.Load() && s.addOne(t, cart); {
				s.changes.Add(1)
			}
		})
	}
	s.goOn(t)
	return s
}

// basket is what a shopper knows of a cart.
type basket struct {
	session *shop.Session
	pieces  int // that were in it at last
	kept    int // of them that no failover takes away: a replica has them
}

// addOne adds one piece to a cart, and begins another cart when that is full. It says whether the cart is then as it
// has to be: nothing counted twice, and nothing was lost but what was acknowledged, and counted, without a replica.
func (s *shoppers) addOne(t *testing.T, cart *basket) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if cart.session == nil || cart.pieces == shop.MaxQuantity {
		*cart = basket{session: shop.OpenSession("")}
	}
	before := testutil.ToFloat64(s.store.commits.unreplicated)
	changed, err := s.store.Add(ctx, cart.session, "tee", 1)
	if !assert.NoError(t, err) || !cart.holds(t, changed.Count(), 1) {
		return false
	}
	if testutil.ToFloat64(s.store.commits.unreplicated) == before {
		cart.kept = cart.pieces
	}
	read, err := s.store.Cart(ctx, cart.session)
	return assert.NoError(t, err) && cart.holds(t, read.Count(), 0)
}

// holds says whether so many pieces may be in the cart after so many more were added, and takes note of them.
func (b *basket) holds(t *testing.T, pieces, added int) bool {
	right := assert.LessOrEqual(t, pieces, b.pieces+added, "counted twice") && assert.GreaterOrEqual(t, pieces, b.kept+added, "lost")
	b.pieces = pieces
	return right
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
// was acknowledged stays, or was counted as being on the primary alone.
func TestAFailoverIsADelayAndNotAnError(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(t *testing.T, primary, replica *apptest.Redis, s *shoppers){
		"killed": func(_ *testing.T, primary, _ *apptest.Redis, _ *shoppers) { primary.Kill() },
		"frozen": func(_ *testing.T, primary, _ *apptest.Redis, _ *shoppers) { primary.Pause() },
		"killed while its replica gets nothing": func(t *testing.T, primary, replica *apptest.Redis, s *shoppers) {
			replica.Pause()
			primary.Do("CLIENT", "KILL", "TYPE", "replica")
			s.goOn(t)
			primary.Kill()
			replica.Resume()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			primary := apptest.StartRedis(t, nil)
			replica := primary.StartReplica()
			way := newEndpoint(t, primary.Addr)
			shoppers := startShoppers(t, openDurable(t, way.address, Replicated))
			fault(t, primary, replica, shoppers)
			replica.Promote()
			way.target.Store(&replica.Addr)
			shoppers.goOn(t)
			shoppers.finish()
		})
	}
}

// TestStrictLosesNothingToTwoFaults freezes both replicas, with nothing on its way to them, kills the primary, and
// promotes the replica that has most.
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
	primary.Do("CLIENT", "KILL", "TYPE", "replica")
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
	first.Do("WAIT", 1, 0)
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
