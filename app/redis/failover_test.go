package redis

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/dial"
	"myclothes/app/shop"
)

// openWaiting opens a store whose changes wait for a replica.
func openWaiting(t *testing.T, address string, wait time.Duration) *Store {
	t.Helper()
	client := NewClient(Config{Address: address, Dialer: dial.From(netip.Addr{})})
	t.Cleanup(func() { client.Close() })
	return NewStore(client, Options{Lifetimes: shop.Lifetimes{Idle: time.Hour}, ReplicaWait: wait})
}

// TestAcknowledgedChangesSurviveTheirPrimary kills the primary while many change one cart. What was acknowledged
// is in the replica; what was in doubt may be.
func TestAcknowledgedChangesSurviveTheirPrimary(t *testing.T) {
	t.Parallel()
	primary := apptest.StartRedis(t, nil)
	replica := primary.StartReplica()
	endpoint := newEndpoint(t, primary.Addr)
	store := openWaiting(t, endpoint.address, time.Second)
	sessions := make([]*shop.Session, 8)
	acknowledged := make([]int, len(sessions))
	var shoppers sync.WaitGroup
	var changes atomic.Int32
	for i := range sessions {
		sessions[i] = shop.OpenSession("")
		shoppers.Go(func() {
			for quantity := 1; ; quantity = quantity%shop.MaxQuantity + 1 {
				if _, err := store.Set(t.Context(), sessions[i], "tee", quantity); err != nil {
					return
				}
				acknowledged[i] = quantity
				changes.Add(1)
			}
		})
	}
	apptest.Eventually(t, func() bool { return changes.Load() > 500 }, "carts are being changed")
	primary.Kill()
	shoppers.Wait()
	replica.Promote()
	endpoint.target.Store(&replica.Addr)
	for i, session := range sessions {
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Len(t, cart.Lines, 1)
		inDoubt := acknowledged[i]%shop.MaxQuantity + 1
		require.Contains(t, []int{acknowledged[i], inDoubt}, cart.Lines[0].Quantity)
	}
	require.Zero(t, testutil.ToFloat64(store.Metrics()))
}

func TestChangesThatNoReplicaHasStandAndAreCounted(t *testing.T) {
	t.Parallel()
	primary := apptest.StartRedis(t, nil)
	primary.StartReplica().Kill()
	waiting, notWaiting := openWaiting(t, primary.Addr, 10*time.Millisecond), openWaiting(t, primary.Addr, 0)
	for _, store := range []*Store{waiting, notWaiting} {
		session := shop.OpenSession("")
		_, err := store.Add(t.Context(), session, "tee", 2)
		require.NoError(t, err)
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, 2, cart.Count())
	}
	require.EqualValues(t, 1, testutil.ToFloat64(waiting.Metrics()))
	require.Zero(t, testutil.ToFloat64(notWaiting.Metrics()))
}

// TestStoreFollowsThePrimaryAfterAFailover moves the endpoint to the replica while connections to the old
// primary, now a replica itself, stay open: that is what ElastiCache does.
func TestStoreFollowsThePrimaryAfterAFailover(t *testing.T) {
	t.Parallel()
	first := apptest.StartRedis(t, nil)
	second := first.StartReplica()
	endpoint := newEndpoint(t, first.Addr)
	store := openStore(t, endpoint.address, nil)
	session := shop.OpenSession("")
	var busy sync.WaitGroup // several connections, all of them to the first server
	_, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err)
	for range 8 {
		busy.Go(func() { store.Add(t.Context(), shop.OpenSession(session.Token()), "tee", 1) })
	}
	busy.Wait()
	first.Do("WAIT", 1, 5000)
	apptest.Eventually(t, func() bool { return time.Since(store.client.current.Load().opened) > leastAge }, "the pool is not brand new")

	second.Promote()
	host, port, err := net.SplitHostPort(second.Addr)
	require.NoError(t, err)
	first.Do("REPLICAOF", host, port)
	endpoint.target.Store(&second.Addr)

	cart, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err, "the first addition after the failover goes to the new primary")
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 10}}, cart.Lines)
}

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
