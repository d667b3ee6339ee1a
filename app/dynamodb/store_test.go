package dynamodb

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
	"myclothes/app/storetest"
)

func openStore(server *apptest.DynamoDB, change ...func(*dynamodb.Options)) *Store {
	return NewStore(server.Client(change...), apptest.Table, shop.Lifetimes{Idle: time.Hour})
}

func add(t *testing.T, store *Store, session *shop.Session, sku string, quantity int) {
	t.Helper()
	_, err := store.Add(t.Context(), session, sku, quantity)
	require.NoError(t, err)
}

func TestStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	server := apptest.StartDynamoDB(t)
	storetest.Run(t, "dynamodb", func(l shop.Lifetimes) shop.SessionStore {
		return NewStore(server.Client(), apptest.Table, l)
	})
}

func TestSessionsExpireUnlessTheyAreUsedThoughTheTableStillHasThem(t *testing.T) {
	t.Parallel()
	now := time.Now()
	store, session := openStore(apptest.StartDynamoDB(t)), shop.OpenSession("")
	store.now = func() time.Time { return now }
	add(t, store, session, "tee", 1)
	for range 3 {
		now = now.Add(59 * time.Minute)
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.NotEmpty(t, cart.Lines)
	}
	now = now.Add(time.Hour)
	expired := session.Token()
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Empty(t, cart.Lines)
	item, err := store.read(t.Context(), sessionID(expired))
	require.NoError(t, err)
	require.NotEmpty(t, item)

	add(t, store, session, "coat", 1)
	require.NotEqual(t, expired, session.Token())
	cart, err = store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, []shop.Line{{SKU: "coat", Quantity: 1}}, cart.Lines)
}

func TestAnOldSessionIsNotSignedInNorMovedAfterItExpired(t *testing.T) {
	t.Parallel()
	now := time.Now()
	store, session := openStore(apptest.StartDynamoDB(t)), shop.OpenSession("")
	store.now = func() time.Time { return now }
	require.NoError(t, store.SignIn(t.Context(), session, 1, 1))
	add(t, store, session, "tee", 1)
	now = now.Add(time.Hour)
	who, err := store.SignedIn(t.Context(), session)
	require.NoError(t, err)
	require.Zero(t, who)
	require.NoError(t, store.SignIn(t.Context(), session, 2, 1))
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Empty(t, cart.Lines)
}

// counter counts requests.
type counter struct{ calls atomic.Int64 }

func (c *counter) Do(r *http.Request) (*http.Response, error) {
	c.calls.Add(1)
	return http.DefaultClient.Do(r)
}

func TestEveryOperationOnACartIsOneRoundTrip(t *testing.T) {
	t.Parallel()
	var requests counter
	store := openStore(apptest.StartDynamoDB(t), func(o *dynamodb.Options) { o.HTTPClient = &requests })
	session := shop.OpenSession("")
	for name, operation := range map[string]func() error{
		"add":       func() error { _, err := store.Add(t.Context(), session, "tee", 1); return err },
		"set":       func() error { _, err := store.Set(t.Context(), session, "tee", 2); return err },
		"remove":    func() error { _, err := store.Set(t.Context(), session, "tee", 0); return err },
		"cart":      func() error { _, err := store.Cart(t.Context(), session); return err },
		"clear":     func() error { return store.Clear(t.Context(), session) },
		"signed in": func() error { _, err := store.SignedIn(t.Context(), session); return err },
	} {
		add(t, store, session, "coat", 1)
		before := requests.calls.Load()
		require.NoError(t, operation(), name)
		require.EqualValues(t, 1, requests.calls.Load()-before, name)
	}
}

func TestACustomersCartTakesThreeRoundTripsToChangeAndTwoToRead(t *testing.T) {
	t.Parallel()
	var requests counter
	store := openStore(apptest.StartDynamoDB(t), func(o *dynamodb.Options) { o.HTTPClient = &requests })
	session := shop.OpenSession("")
	require.NoError(t, store.SignIn(t.Context(), session, 1, 1))
	before := requests.calls.Load()
	add(t, store, session, "tee", 1)
	require.EqualValues(t, 3, requests.calls.Load()-before)
	_, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.EqualValues(t, 5, requests.calls.Load()-before)
}

func TestStoreIsAwayAndComesBackWithTheTable(t *testing.T) {
	t.Parallel()
	server := apptest.StartDynamoDB(t)
	store, session := openStore(server), shop.OpenSession("")
	add(t, store, session, "tee", 1)
	server.Kill()
	_, err := store.Add(t.Context(), session, "tee", 1)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	_, err = store.Cart(t.Context(), session)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	require.ErrorIs(t, store.Ping(t.Context()), shop.ErrUnavailable)
	server.Start()
	require.NoError(t, store.Ping(t.Context()))
	add(t, store, session, "tee", 1)
}

// lost is a network that carries a request out and loses the answer, once.
type lost struct{ answers atomic.Int64 }

func (l *lost) Do(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultClient.Do(r)
	if err == nil && l.answers.Add(-1) == 0 {
		answer.Body.Close()
		return nil, context.DeadlineExceeded
	}
	return answer, err
}

func TestAChangeWhoseAnswerWasLostIsInDoubtAndNotRepeated(t *testing.T) {
	t.Parallel()
	server := apptest.StartDynamoDB(t)
	for name, change := range map[string]func(*Store, *shop.Session) error{
		"begin": func(s *Store, _ *shop.Session) error {
			_, err := s.Add(t.Context(), shop.OpenSession(""), "tee", 1)
			return err
		},
		"add": func(s *Store, session *shop.Session) error {
			_, err := s.Add(t.Context(), session, "tee", 1)
			return err
		},
		"set": func(s *Store, session *shop.Session) error {
			_, err := s.Set(t.Context(), session, "tee", 7)
			return err
		},
		"remove": func(s *Store, session *shop.Session) error {
			_, err := s.Set(t.Context(), session, "tee", 0)
			return err
		},
		"clear": func(s *Store, session *shop.Session) error { return s.Clear(t.Context(), session) },
	} {
		var network lost
		store, session := openStore(server, func(o *dynamodb.Options) { o.HTTPClient = &network }), shop.OpenSession("")
		add(t, store, session, "tee", 1)
		network.answers.Store(1)
		require.ErrorIs(t, change(store, session), shop.ErrUnavailable, name)
		require.Zero(t, network.answers.Load(), "%s: one request was made", name)
	}
}

func TestReadingIsRepeatedWhenItsAnswerWasLost(t *testing.T) {
	t.Parallel()
	var network lost
	store := openStore(apptest.StartDynamoDB(t), func(o *dynamodb.Options) { o.HTTPClient = &network })
	session := shop.OpenSession("")
	add(t, store, session, "tee", 2)
	network.answers.Store(1)
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, 2, cart.Count())
}

func TestSigningInWhoseLastAnswerWasLostKeepsTheCart(t *testing.T) {
	t.Parallel()
	var network lost
	store := openStore(apptest.StartDynamoDB(t), func(o *dynamodb.Options) { o.HTTPClient = &network })
	session := shop.OpenSession("")
	add(t, store, session, "tee", 3)
	network.answers.Store(8) // account: look, make, position; guest: freeze, look, merge; write, remove
	require.NoError(t, store.SignIn(t.Context(), session, 1, 1))
	require.LessOrEqual(t, network.answers.Load(), int64(0), "an answer was lost")
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, 3, cart.Count())
}

// failing is a network that breaks after some requests: the last one is carried out and its answer lost, or it is
// not carried out.
type failing struct {
	left     atomic.Int64 // requests until then
	carryOut bool
}

func (f *failing) Do(r *http.Request) (*http.Response, error) {
	left := f.left.Add(-1)
	if left > 0 || left == 0 && f.carryOut {
		answer, err := http.DefaultClient.Do(r)
		if left > 0 || err != nil {
			return answer, err
		}
		answer.Body.Close()
	}
	return nil, context.DeadlineExceeded
}

func TestSigningInCanBeRepeatedAfterAnyFailureAndCountsEveryLineOnce(t *testing.T) {
	t.Parallel()
	server := apptest.StartDynamoDB(t)
	for n := range 9 {
		for _, carryOut := range []bool{true, false} {
			customer, network := int64(2*n+1), &failing{carryOut: carryOut}
			if carryOut {
				customer++
			}
			network.left.Store(int64(n))
			broken := openStore(server, func(o *dynamodb.Options) { o.HTTPClient = network })
			store, session := openStore(server), shop.OpenSession("")
			require.NoError(t, store.SignIn(t.Context(), session, customer, 1))
			add(t, store, session, "tee", 2)
			guest := shop.OpenSession("")
			add(t, store, guest, "coat", 1)
			add(t, store, guest, "tee", 3)

			again := shop.OpenSession(guest.Token())
			if err := broken.SignIn(t.Context(), guest, customer, 2); err == nil {
				again = guest
			}
			require.NoError(t, store.SignIn(t.Context(), again, customer, 2))
			cart, err := store.Cart(t.Context(), again)
			require.NoError(t, err)
			require.Equal(t, []shop.Line{{SKU: "coat", Quantity: 1}, {SKU: "tee", Quantity: 5}}, cart.Lines, "broken after %d requests", n)
		}
	}
}

func TestATableThatIsNotOursIsAway(t *testing.T) {
	t.Parallel()
	store := NewStore(apptest.StartDynamoDB(t).Client(), "another", shop.Lifetimes{Idle: time.Hour})
	require.ErrorIs(t, store.Ping(t.Context()), shop.ErrUnavailable)
}
