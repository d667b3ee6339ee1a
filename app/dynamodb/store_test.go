package dynamodb

import (
	"context"
	"encoding/json"
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
	return NewStore(server.Client(change...), server.Table, shop.Lifetimes{Idle: time.Hour})
}

func add(t *testing.T, store *Store, session *shop.Session, sku string, quantity int) {
	t.Helper()
	_, err := store.Add(t.Context(), session, sku, quantity)
	require.NoError(t, err)
}

func TestStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	server := apptest.NewDynamoDBTable(t)
	storetest.Run(t, "dynamodb", func(l shop.Lifetimes) shop.SessionStore {
		return NewStore(server.Client(), server.Table, l)
	})
}

func TestSessionsExpireUnlessTheyAreUsedThoughTheTableStillHasThem(t *testing.T) {
	t.Parallel()
	now := time.Now()
	server := table{apptest.NewDynamoDBTable(t)}
	store, session := openStore(server.DynamoDB), shop.OpenSession("")
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
	require.NotEmpty(t, server.attributes(t, sessionID(expired)))

	add(t, store, session, "coat", 1)
	require.NotEqual(t, expired, session.Token())
	cart, err = store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, []shop.Line{{SKU: "coat", Quantity: 1}}, cart.Lines)
}

func TestAnOldSessionIsNotSignedInNorMovedAfterItExpired(t *testing.T) {
	t.Parallel()
	now := time.Now()
	store, session := openStore(apptest.NewDynamoDBTable(t)), shop.OpenSession("")
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
	store := openStore(apptest.NewDynamoDBTable(t), func(o *dynamodb.Options) { o.HTTPClient = &requests })
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
	store := openStore(apptest.NewDynamoDBTable(t), func(o *dynamodb.Options) { o.HTTPClient = &requests })
	session := shop.OpenSession("")
	require.NoError(t, store.SignIn(t.Context(), session, 1, 1))
	before := requests.calls.Load()
	add(t, store, session, "tee", 1)
	require.EqualValues(t, 3, requests.calls.Load()-before)
	_, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.EqualValues(t, 5, requests.calls.Load()-before)
}

// soon is how long a test has patience with a table that is away.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}

func TestStoreIsAwayAndComesBackWithTheTable(t *testing.T) {
	t.Parallel()
	server := apptest.StartDynamoDB(t)
	store, session := openStore(server), shop.OpenSession("")
	add(t, store, session, "tee", 1)
	server.Kill()
	_, err := store.Add(soon(t), session, "tee", 1)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	_, err = store.Cart(soon(t), session)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	require.ErrorIs(t, store.Ping(soon(t)), shop.ErrUnavailable)
	server.Start()
	require.NoError(t, store.Ping(t.Context()))
	add(t, store, session, "tee", 1)
}

func TestATableThatIsNotOursIsAway(t *testing.T) {
	t.Parallel()
	store := NewStore(apptest.NewDynamoDBTable(t).Client(), "another", shop.Lifetimes{Idle: time.Hour})
	require.ErrorIs(t, store.Ping(t.Context()), shop.ErrUnavailable)
}

func TestWhoReadsTheTableCannotUseWhatIsFoundThere(t *testing.T) {
	t.Parallel()
	server := table{apptest.NewDynamoDBTable(t)}
	store, guest := openStore(server.DynamoDB), shop.OpenSession("")
	add(t, store, guest, "tee", 1)
	before := guest.Token()
	customer := shop.OpenSession(before)
	require.NoError(t, store.SignIn(t.Context(), customer, 1, 1))
	for _, id := range []string{sessionID(customer.Token()), customerID(1)} {
		content, err := json.Marshal(server.attributes(t, id))
		require.NoError(t, err)
		require.NotContains(t, string(content), before)
		require.NotContains(t, string(content), customer.Token())
	}
}
