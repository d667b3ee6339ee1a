package storetest

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

func isolation(t *testing.T, store shop.SessionStore) {
	mine, theirs := begin(t, store), begin(t, store)
	require.NotEqual(t, mine, theirs)
	_, err := store.Set(t.Context(), shop.OpenSession(mine), "coat", 7)
	require.NoError(t, err)
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, theirs))
}

func foreignTokens(t *testing.T, store shop.SessionStore) {
	for _, token := range []string{"x", "*", strings.Repeat("A", 26), strings.Repeat("A", 4000), "\x00\r\n", begin(t, store) + "A"} {
		session := shop.OpenSession(token)
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Empty(t, cart.Lines)
		_, err = store.Add(t.Context(), session, "tee", 1)
		require.NoError(t, err)
		require.NotEqual(t, token, session.Token(), "a token that the visitor made up is not adopted")
		require.NoError(t, store.SignOut(t.Context(), shop.OpenSession(token)))
	}
}

// customerOf returns who is signed in under the token.
func customerOf(t *testing.T, store shop.SessionStore, token string) int64 {
	t.Helper()
	who, err := store.SignedIn(t.Context(), shop.OpenSession(token))
	require.NoError(t, err)
	return who.Customer
}

// lastCustomer makes customers of their own for tests that share a store.
var lastCustomer atomic.Int64

func newCustomer() int64 { return lastCustomer.Add(1) }

// signIn returns the token of a session that was a guest's with this token, and is now the customer's.
func signIn(t *testing.T, store shop.SessionStore, token string, customer int64) string {
	t.Helper()
	session := shop.OpenSession(token)
	require.NoError(t, store.SignIn(t.Context(), session, customer, 1))
	require.True(t, session.Kept())
	return session.Token()
}

func signInMoves(t *testing.T, store shop.SessionStore) {
	customer, before := newCustomer(), begin(t, store)
	session := shop.OpenSession(before)
	require.NoError(t, store.SignIn(t.Context(), session, customer, 1000))
	require.True(t, session.Kept())
	require.NotEqual(t, before, session.Token())
	who, err := store.SignedIn(t.Context(), shop.OpenSession(session.Token()))
	require.NoError(t, err)
	require.Equal(t, customer, who.Customer)
	require.GreaterOrEqual(t, who.Wrote, shop.Position(1000))
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, session.Token()))
	require.Zero(t, customerOf(t, store, before), "whoever planted the token before is not signed in")
}

func signInEnds(t *testing.T, store shop.SessionStore) {
	before := begin(t, store)
	signIn(t, store, before, newCustomer())
	require.Empty(t, cartOf(t, store, before))
	require.Zero(t, customerOf(t, store, before))
}

// signInWhileAdding is two tabs: what one adds before the other's sign-in takes effect moves along, and what
// comes after it is in a session of its own.
func signInWhileAdding(t *testing.T, store shop.SessionStore) {
	customer, before := newCustomer(), begin(t, store)
	signedIn := shop.OpenSession(before)
	adding := make([]*shop.Session, 20)
	atOnce(t, len(adding)+1, func(i int) error {
		if i == len(adding) {
			return store.SignIn(t.Context(), signedIn, customer, 1)
		}
		adding[i] = shop.OpenSession(before)
		_, err := store.Add(t.Context(), adding[i], "coat", 1)
		return err
	})
	pieces := shop.NewCart(cartOf(t, store, signedIn.Token())).Count()
	for _, session := range adding {
		if session.Token() != before {
			pieces += shop.NewCart(cartOf(t, store, session.Token())).Count()
		}
	}
	require.Equal(t, 1+len(adding), pieces)
	require.Empty(t, cartOf(t, store, before))
}

func signOut(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession(signIn(t, store, begin(t, store), newCustomer()))
	signedIn := session.Token()
	require.NoError(t, store.SignOut(t.Context(), session))
	require.True(t, session.Kept() || session.Ended())
	require.NotEqual(t, signedIn, session.Token())
	require.Zero(t, customerOf(t, store, session.Token()))
}

func signOutEnds(t *testing.T, store shop.SessionStore) {
	for _, token := range []string{begin(t, store), ""} { // with a cart, and without
		session := shop.OpenSession(signIn(t, store, token, newCustomer()))
		signedIn := session.Token()
		require.NoError(t, store.SignOut(t.Context(), session))
		require.Zero(t, customerOf(t, store, signedIn))
		require.Empty(t, cartOf(t, store, signedIn))
	}
}

func signOutEmpty(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession(signIn(t, store, "", newCustomer()))
	require.NoError(t, store.SignOut(t.Context(), session))
	require.True(t, session.Ended())
}

func signOutGuest(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession(begin(t, store))
	require.NoError(t, store.SignOut(t.Context(), session))
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, session.Token()))
}

func signInAgain(t *testing.T, store shop.SessionStore) {
	session, second := shop.OpenSession(begin(t, store)), newCustomer()
	require.NoError(t, store.SignIn(t.Context(), session, newCustomer(), 1<<50))
	require.NoError(t, store.SignIn(t.Context(), session, second, 3))
	who, err := store.SignedIn(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, shop.Identity{Customer: second, Wrote: 3}, who)
}

func clearKeepsCustomer(t *testing.T, store shop.SessionStore) {
	customer := newCustomer()
	session := shop.OpenSession(signIn(t, store, begin(t, store), customer))
	require.NoError(t, store.Clear(t.Context(), session))
	require.Empty(t, cartOf(t, store, session.Token()))
	require.Equal(t, customer, customerOf(t, store, session.Token()))
}

func positions(t *testing.T, store shop.SessionStore) {
	customer, session := newCustomer(), shop.OpenSession("")
	require.NoError(t, store.SignIn(t.Context(), session, customer, 5))
	require.NoError(t, store.Wrote(t.Context(), session, customer, 1<<40))
	require.NoError(t, store.Wrote(t.Context(), session, customer, 7))
	require.NoError(t, store.SignIn(t.Context(), session, customer, 6))
	who, err := store.SignedIn(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, shop.Identity{Customer: customer, Wrote: 1 << 40}, who)
}

func positionsEverywhere(t *testing.T, store shop.SessionStore) {
	customer, phone, laptop := newCustomer(), shop.OpenSession(""), shop.OpenSession("")
	require.NoError(t, store.SignIn(t.Context(), phone, customer, 5))
	require.NoError(t, store.SignIn(t.Context(), laptop, customer, 5))
	require.NoError(t, store.Wrote(t.Context(), phone, customer, 1<<40))
	who, err := store.SignedIn(t.Context(), laptop)
	require.NoError(t, err)
	require.Equal(t, shop.Identity{Customer: customer, Wrote: 1 << 40}, who)
}

func servedAnywhere(t *testing.T, open opener) {
	one, two := open(lasting), open(lasting)
	session := shop.OpenSession(begin(t, one))
	cart, err := two.Add(t.Context(), session, "coat", 2)
	require.NoError(t, err)
	want := []shop.Line{{SKU: "coat", Quantity: 2}, {SKU: "tee", Quantity: 1}}
	require.Equal(t, want, cart.Lines)
	customer := newCustomer()
	require.NoError(t, one.SignIn(t.Context(), session, customer, 9))
	who, err := two.SignedIn(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, shop.Identity{Customer: customer, Wrote: 9}, who)
	require.Equal(t, want, cartOf(t, two, session.Token()))
	require.NoError(t, two.SignOut(t.Context(), session))
	require.Zero(t, customerOf(t, one, session.Token()))
}
