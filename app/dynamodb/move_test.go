package dynamodb

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

// signInBroken signs a customer in through a network that breaks after n requests and stays broken, for somebody who
// gives up then. It says whether they were signed in all the same.
func signInBroken(t *testing.T, server *apptest.DynamoDB, session *shop.Session, customer int64, n int, carryOut bool) bool {
	t.Helper()
	ctx, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	network := &shaky{carryOut: carryOut, stays: true, broke: giveUp}
	network.left.Store(int64(n))
	err := openStore(server, func(o *dynamodb.Options) { o.HTTPClient = network }).SignIn(ctx, session, customer, 1)
	if err != nil {
		require.ErrorIs(t, err, shop.ErrUnavailable)
	}
	return err == nil
}

// piecesOf are the pieces in the cart of the session.
func piecesOf(t *testing.T, store *Store, session *shop.Session) int {
	t.Helper()
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	return cart.Count()
}

// everySignInThatFails has signing in fail at each of its requests, carried out or not, and then runs the test with the
// guest, who had two tees.
func everySignInThatFails(t *testing.T, run func(t *testing.T, store *Store, guest *shop.Session, customer int64)) {
	server := apptest.NewDynamoDBTable(t)
	for _, carryOut := range []bool{true, false} {
		failures := 0
		for {
			store, guest, customer := openStore(server), shop.OpenSession(""), lastCustomer.Add(1)
			add(t, store, guest, "tee", 2)
			if signInBroken(t, server, guest, customer, failures, carryOut) {
				break
			}
			run(t, store, guest, customer)
			require.False(t, t.Failed(), "signing in failed at request %d, which was carried out: %t", failures, carryOut)
			failures++
		}
		require.GreaterOrEqual(t, failures, 5)
	}
}

func TestASignInThatFailsLosesNoCart(t *testing.T) {
	t.Parallel()
	everySignInThatFails(t, func(t *testing.T, store *Store, guest *shop.Session, customer int64) {
		add(t, store, guest, "coat", 1)
		require.NoError(t, store.SignIn(t.Context(), guest, customer, 1))
		cart, err := store.Cart(t.Context(), guest)
		require.NoError(t, err)
		require.Equal(t, []shop.Line{line("coat", 1), line("tee", 2)}, cart.Lines)
	})
}

func TestACartIsShownAfterASignInThatFailedUnlessItIsTheCustomersAlready(t *testing.T) {
	t.Parallel()
	everySignInThatFails(t, func(t *testing.T, store *Store, guest *shop.Session, customer int64) {
		shown := piecesOf(t, store, guest)
		elsewhere := shop.OpenSession("")
		require.NoError(t, store.SignIn(t.Context(), elsewhere, customer, 1))
		require.Equal(t, 2, shown+piecesOf(t, store, elsewhere))
	})
}

func TestACartWhoseSignInFailedMovesToOneCustomerOnly(t *testing.T) {
	t.Parallel()
	everySignInThatFails(t, func(t *testing.T, store *Store, guest *shop.Session, customer int64) {
		first := shop.OpenSession("")
		require.NoError(t, store.SignIn(t.Context(), guest, lastCustomer.Add(1), 1))
		require.NoError(t, store.SignIn(t.Context(), first, customer, 1))
		require.Equal(t, 2, piecesOf(t, store, guest)+piecesOf(t, store, first))
	})
}

// TestWhateverHappensToACartAtTheSameMomentEveryPieceCountsOnce has two customers sign in with the token of one guest,
// while other tabs go on adding: some of the sign-ins fail half-way.
func TestWhateverHappensToACartAtTheSameMomentEveryPieceCountsOnce(t *testing.T) {
	t.Parallel()
	server := apptest.NewDynamoDBTable(t)
	for n := range 8 {
		store, guest := openStore(server), shop.OpenSession("")
		add(t, store, guest, "tee", 1)
		customers := []int64{lastCustomer.Add(1), lastCustomer.Add(1)}
		var visitors sync.WaitGroup
		for i, customer := range customers {
			visitors.Go(func() {
				signInBroken(t, server, shop.OpenSession(guest.Token()), customer, n+i, true)
				if err := store.SignIn(t.Context(), shop.OpenSession(guest.Token()), customer, 1); err != nil {
					t.Error(err)
				}
			})
		}
		tabs := make([]*shop.Session, 10)
		for i := range tabs {
			tabs[i] = shop.OpenSession(guest.Token())
			visitors.Go(func() {
				if _, err := store.Add(t.Context(), tabs[i], "tee", 1); err != nil {
					t.Error(err)
				}
			})
		}
		visitors.Wait()
		require.Zero(t, piecesOf(t, store, guest))
		pieces := 0
		for _, tab := range tabs {
			if tab.Token() != guest.Token() {
				pieces += piecesOf(t, store, tab)
			}
		}
		for _, customer := range customers {
			session := shop.OpenSession("")
			require.NoError(t, store.SignIn(t.Context(), session, customer, 1))
			pieces += piecesOf(t, store, session)
		}
		require.Equal(t, 1+len(tabs), pieces)
	}
}
