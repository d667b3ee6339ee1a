package dynamodb

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

// shaky is a network that breaks once, when some more requests went well: that request is carried out and its answer
// lost, or it is not carried out. From then on it works, unless it stays broken.
type shaky struct {
	left     atomic.Int64
	carryOut bool
	stays    bool
	broke    func() // called when it breaks; may be nil
}

func (s *shaky) Do(r *http.Request) (*http.Response, error) {
	left := s.left.Add(-1)
	if left == -1 && s.carryOut {
		if answer, err := http.DefaultClient.Do(r); err == nil {
			answer.Body.Close()
		}
	}
	if left == -1 && s.broke != nil {
		s.broke()
	}
	if left == -1 || left < -1 && s.stays {
		return nil, io.ErrUnexpectedEOF
	}
	return http.DefaultClient.Do(r)
}

// operation is a change that is made to a session with two tees and a coat, and what is there afterwards.
type operation struct {
	name string
	run  func(t *testing.T, store *Store, session *shop.Session) error
	want []shop.Line
}

func line(sku string, quantity int) shop.Line { return shop.Line{SKU: sku, Quantity: quantity} }

var changes = []operation{
	{"add", func(t *testing.T, store *Store, session *shop.Session) error {
		_, err := store.Add(t.Context(), session, "tee", 3)
		return err
	}, []shop.Line{line("coat", 1), line("tee", 5)}},
	{"add up to the limit", func(t *testing.T, store *Store, session *shop.Session) error {
		_, err := store.Add(t.Context(), session, "tee", 97)
		return err
	}, []shop.Line{line("coat", 1), line("tee", 99)}},
	{"set", func(t *testing.T, store *Store, session *shop.Session) error {
		_, err := store.Set(t.Context(), session, "tee", 7)
		return err
	}, []shop.Line{line("coat", 1), line("tee", 7)}},
	{"remove", func(t *testing.T, store *Store, session *shop.Session) error {
		_, err := store.Set(t.Context(), session, "tee", 0)
		return err
	}, []shop.Line{line("coat", 1)}},
	{"clear", func(t *testing.T, store *Store, session *shop.Session) error {
		return store.Clear(t.Context(), session)
	}, []shop.Line{}},
	{"begin", func(t *testing.T, store *Store, session *shop.Session) error {
		*session = *shop.OpenSession("")
		_, err := store.Add(t.Context(), session, "tee", 3)
		return err
	}, []shop.Line{line("tee", 3)}},
	{"ordered", func(t *testing.T, store *Store, session *shop.Session) error {
		cart, err := store.Cart(t.Context(), session)
		if err != nil || cart.ID == "" {
			return err
		}
		return store.Ordered(t.Context(), session, shop.Receipt{Cart: cart.ID, Number: 1, Lines: []shop.Line{line("tee", 1), line("coat", 1)}})
	}, []shop.Line{line("tee", 1)}},
}

// TestEveryChangeWhoseAnswerWasLostIsRepeatedAndCountsOnce breaks the network at each request of each change.
func TestEveryChangeWhoseAnswerWasLostIsRepeatedAndCountsOnce(t *testing.T) {
	t.Parallel()
	server := apptest.NewDynamoDBTable(t)
	for _, change := range changes {
		for n := range 6 {
			for _, customer := range []int64{0, lastCustomer.Add(1)} {
				if change.name == "ordered" && customer == 0 {
					continue
				}
				network := &shaky{carryOut: true}
				network.left.Store(int64(n))
				store, session := openStore(server), shop.OpenSession("")
				add(t, store, session, "tee", 2)
				add(t, store, session, "coat", 1)
				if customer != 0 {
					require.NoError(t, store.SignIn(t.Context(), session, customer, 1))
				}
				broken := openStore(server, func(o *dynamodb.Options) { o.HTTPClient = network })
				require.NoError(t, change.run(t, broken, session), change.name)
				cart, err := store.Cart(t.Context(), session)
				require.NoError(t, err)
				require.Equal(t, change.want, cart.Lines, "%s: request %d was lost", change.name, n)
			}
		}
	}
}

var lastCustomer atomic.Int64

// late is a network that remembers the requests that change something.
type late struct {
	mu       sync.Mutex
	requests []*http.Request
}

func (l *late) Do(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if r.Header.Get("X-Amz-Target") == "DynamoDB_20120810.UpdateItem" {
		again := r.Clone(context.Background())
		again.Body = io.NopCloser(bytes.NewReader(body))
		l.mu.Lock()
		l.requests = append(l.requests, again)
		l.mu.Unlock()
	}
	return http.DefaultClient.Do(r)
}

func TestAChangeThatArrivesAgainAfterLaterOnesChangesNothing(t *testing.T) {
	t.Parallel()
	network := &late{}
	store := openStore(apptest.NewDynamoDBTable(t), func(o *dynamodb.Options) { o.HTTPClient = network })
	for _, customer := range []int64{0, 1} {
		session := shop.OpenSession("")
		add(t, store, session, "tee", 1)
		if customer != 0 {
			require.NoError(t, store.SignIn(t.Context(), session, customer, 1))
		}
		network.requests = nil
		add(t, store, session, "tee", 2)
		_, err := store.Set(t.Context(), session, "coat", 7)
		require.NoError(t, err)
		_, err = store.Set(t.Context(), session, "tee", 0)
		require.NoError(t, err)
		require.NoError(t, store.Clear(t.Context(), session))
		_, err = store.Set(t.Context(), session, "coat", 3)
		require.NoError(t, err)
		require.Len(t, network.requests, 5*int(1+customer))
		for _, request := range slices.Clone(network.requests) {
			answer, err := http.DefaultClient.Do(request)
			require.NoError(t, err)
			answer.Body.Close()
			require.Equal(t, http.StatusBadRequest, answer.StatusCode, "its condition does not hold")
		}
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, []shop.Line{line("coat", 3)}, cart.Lines)
	}
}

func TestAnItemForgetsChangesThatNobodyRepeatsAnyMore(t *testing.T) {
	t.Parallel()
	now := time.Now()
	server := table{apptest.NewDynamoDBTable(t)}
	store, session := openStore(server.DynamoDB), shop.OpenSession("")
	store.now = func() time.Time { return now }
	add(t, store, session, "tee", 1)
	for range 90 {
		now = now.Add(2 * time.Second)
		add(t, store, session, "tee", 1)
		i, err := parseItem(server.attributes(t, sessionID(session.Token())), now)
		require.NoError(t, err)
		require.LessOrEqual(t, len(i.done), mostStale+int(rememberFor/(2*time.Second))+1)
		require.GreaterOrEqual(t, len(i.done)-len(i.stale(now)), min(7, i.cartCount(t)-1), "those of the last 15 seconds are remembered")
	}
}

func (i item) cartCount(t *testing.T) int {
	cart, err := i.shopCart()
	require.NoError(t, err)
	return cart.Count()
}

// broken is a network that carries nothing, and is told of each attempt.
type broken func()

func (b broken) Do(*http.Request) (*http.Response, error) {
	b()
	return nil, io.ErrUnexpectedEOF
}

func TestAChangeIsRepeatedUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	server := apptest.NewDynamoDBTable(t)
	session := shop.OpenSession("")
	add(t, openStore(server), session, "tee", 1)
	ctx, giveUp := context.WithCancel(t.Context())
	attempts := 0
	network := broken(func() {
		if attempts++; attempts == 5 {
			giveUp()
		}
	})
	store := openStore(server, func(o *dynamodb.Options) { o.HTTPClient = network })
	_, err := store.Add(ctx, session, "tee", 1)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	require.Equal(t, 5, attempts)
}

func TestSigningInCanBeRepeatedAfterAnyFailureAndCountsEveryLineOnce(t *testing.T) {
	t.Parallel()
	server := apptest.NewDynamoDBTable(t)
	for n := range 9 {
		for _, carryOut := range []bool{true, false} {
			customer := lastCustomer.Add(1)
			store, session := openStore(server), shop.OpenSession("")
			require.NoError(t, store.SignIn(t.Context(), session, customer, 1))
			add(t, store, session, "tee", 2)
			guest := shop.OpenSession("")
			add(t, store, guest, "coat", 1)
			add(t, store, guest, "tee", 3)

			network := &shaky{carryOut: carryOut, stays: true}
			network.left.Store(int64(n))
			broken := openStore(server, func(o *dynamodb.Options) { o.HTTPClient = network })
			again := shop.OpenSession(guest.Token())
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			if err := broken.SignIn(ctx, guest, customer, 2); err == nil {
				again = guest
			}
			cancel()
			require.NoError(t, store.SignIn(t.Context(), again, customer, 2))
			cart, err := store.Cart(t.Context(), again)
			require.NoError(t, err)
			require.Equal(t, []shop.Line{line("coat", 1), line("tee", 5)}, cart.Lines, "broken after %d requests", n)
		}
	}
}

func TestSigningInAndOutGoOnWhenAnAnswerWasLost(t *testing.T) {
	t.Parallel()
	server := apptest.NewDynamoDBTable(t)
	for n := range 12 {
		network := &shaky{carryOut: true}
		network.left.Store(int64(n))
		store := openStore(server, func(o *dynamodb.Options) { o.HTTPClient = network })
		guest, customer := shop.OpenSession(""), lastCustomer.Add(1)
		add(t, store, guest, "tee", 3)
		require.NoError(t, store.SignIn(t.Context(), guest, customer, 1))
		cart, err := store.Cart(t.Context(), guest)
		require.NoError(t, err)
		require.Equal(t, []shop.Line{line("tee", 3)}, cart.Lines)

		network.left.Store(int64(n % 4))
		signedIn := guest.Token()
		require.NoError(t, store.SignOutEverywhere(t.Context(), customer))
		who, err := store.SignedIn(t.Context(), shop.OpenSession(signedIn))
		require.NoError(t, err)
		require.Zero(t, who)
	}
}
