// Package storetest is what every shop.SessionStore must pass.
package storetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

// opener opens the store as one more instance does, with the same servers and secrets.
type opener = func(shop.Lifetimes) shop.SessionStore

// lasting is how long sessions live in tests that are not about lifetimes: a whole first life, so that none is renewed.
var lasting = shop.Lifetimes{Idle: time.Hour}

// Run checks the store of a name in the conformance table (see exceptions).
func Run(t *testing.T, name string, open opener) {
	excepted, known := exceptions[name]
	require.True(t, known, "%q is not in the conformance table", name)
	check := func(test string, needs []promise, run func(t *testing.T)) {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			for _, p := range needs {
				if why, no := excepted[p]; no {
					t.Skipf("%s does not promise that %s: %s", name, p, why)
				}
			}
			run(t)
		})
	}
	store := open(lasting)
	for _, test := range tests {
		check(test.name, test.needs, func(t *testing.T) { test.run(t, store) })
	}
	for _, test := range openings {
		check(test.name, test.needs, func(t *testing.T) { test.run(t, open) })
	}
}

// openings are tests that open stores of their own.
var openings = []struct {
	name  string
	run   func(t *testing.T, open opener)
	needs []promise
}{
	{"any instance serves any session", servedAnywhere, []promise{anyInstance}},
	{"the life of a new session grows as it is used", lifeGrows, []promise{shortFirstLife}},
	{"a customer is signed out some time after signing in, however much the session is used", signInEndsInTime, nil},
}

// tests are for one instance.
var tests = []struct {
	name  string
	run   func(t *testing.T, store shop.SessionStore)
	needs []promise
}{
	{"a visitor without a session has an empty cart and gets no cookie", emptyCart, nil},
	{"what is added is there in the next request", addedIsThere, nil},
	{"adding the same product adds up", addsUp, nil},
	{"setting replaces the quantity and zero removes the line", setReplaces, nil},
	{"removing what is not there begins no session", removeBeginsNothing, nil},
	{"removing what is not there leaves the rest", removeLeavesRest, nil},
	{"reading a session that was just used sends no cookie again", readingIsSilent, nil},
	{"changing a session that was just used keeps its token and sends no cookie again", changingIsSilent, []promise{oneToken}},
	{"who may not begin a session is refused, and goes on with the one they have", mayNotBegin, nil},
	{"no line grows over its limit", lineLimit, nil},
	{"no cart grows over its limit", cartLimit, nil},
	{"a hundred additions at once lose nothing", concurrentAdds, []promise{allCount}},
	{"a hundred additions at once stop exactly at the limit", concurrentLimit, []promise{allCount}},
	{"a hundred different products at once stop exactly at the limit", concurrentLines, []promise{allCount}},
	{"sessions do not see each other's carts", isolation, nil},
	{"tokens that the store did not issue name no session", foreignTokens, nil},
	{"signing in moves the cart to a new token", signInMoves, nil},
	{"signing in ends the token before", signInEnds, []promise{oldTokensEnd}},
	{"signing in while adding loses neither", signInWhileAdding, []promise{allCount, oldTokensEnd}},
	{"signing out forgets the customer", signOut, nil},
	{"signing out ends the token before", signOutEnds, []promise{oldTokensEnd}},
	{"signing out with an empty cart ends the session", signOutEmpty, nil},
	{"signing out a guest leaves their cart", signOutGuest, nil},
	{"signing in as somebody else forgets who was there before", signInAgain, nil},
	{"clearing the cart keeps the customer signed in", clearKeepsCustomer, nil},
	{"signing in adds the guest's cart to the customer's and loses no line", mergeCarts, []promise{accountCart}},
	{"two carts that become one keep every line, and every quantity its limit", mergeLimits, []promise{accountCart}},
	{"a customer's cart waits while they are signed out", cartWaits, []promise{accountCart}},
	{"a customer's cart is the same in all their browsers", cartEverywhere, []promise{accountCart}},
	{"a customer's cart stays theirs when somebody else signs in there", cartStaysTheirs, []promise{accountCart}},
	{"a hundred additions at once from two browsers lose nothing", concurrentBrowsers, []promise{accountCart}},
	{"signing in from many browsers at once loses no guest's cart", concurrentSignIns, []promise{accountCart}},
	{"a guest's cart has no name, and a customer's has one from its first line on", cartsAreNamed, nil},
	{"a customer's cart keeps its name while they are signed out", nameWaits, []promise{accountCart}},
	{"what was ordered leaves the cart, once", orderedOnce, nil},
	{"an older order that comes late leaves the cart as it is", orderedLate, nil},
	{"what was ordered from a cart that is lost stays in the one after it", orderedElsewhere, nil},
	{"a customer's cart keeps its name and its orders while it changes", cartKeepsItsName, nil},
	{"signing out everywhere ends every session and keeps the cart", revoke, []promise{revocation}},
	{"signing out everywhere ends every session though this one is over", revokeLate, []promise{revocation}},
	{"a customer who is forgotten is signed out everywhere and has no cart", forget, []promise{revocation}},
	{"ending sessions that a customer does not have is no error", revokeNothing, nil},
	{"a customer's position never goes back", positions, nil},
	{"a customer's position is known to all their sessions", positionsEverywhere, []promise{sharedPosition}},
}

// begin returns the token of a new session with one piece of "tee".
func begin(t *testing.T, store shop.SessionStore) string {
	t.Helper()
	session := shop.OpenSession("")
	_, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err)
	require.True(t, session.Kept())
	require.NotEmpty(t, session.Token())
	return session.Token()
}

func cartOf(t *testing.T, store shop.SessionStore, token string) []shop.Line {
	t.Helper()
	cart, err := store.Cart(t.Context(), shop.OpenSession(token))
	require.NoError(t, err)
	return cart.Lines
}

func emptyCart(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession("")
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Empty(t, cart.Lines)
	require.False(t, session.Kept())
}

func addedIsThere(t *testing.T, store shop.SessionStore) {
	token := begin(t, store)
	session := shop.OpenSession(token)
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cart.Lines)
	require.Equal(t, token, session.Token(), "reading changes nothing")
}

func addsUp(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession(begin(t, store))
	_, err := store.Add(t.Context(), session, "tee", 2)
	require.NoError(t, err)
	cart, err := store.Add(t.Context(), session, "coat", 1)
	require.NoError(t, err)
	require.Equal(t, []shop.Line{{SKU: "coat", Quantity: 1}, {SKU: "tee", Quantity: 3}}, cart.Lines)
}

func setReplaces(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession("")
	_, err := store.Set(t.Context(), session, "coat", 5)
	require.NoError(t, err)
	cart, err := store.Set(t.Context(), session, "coat", 2)
	require.NoError(t, err)
	require.Equal(t, []shop.Line{{SKU: "coat", Quantity: 2}}, cart.Lines)
	cart, err = store.Set(t.Context(), session, "coat", 0)
	require.NoError(t, err)
	require.Empty(t, cart.Lines)
}

func removeBeginsNothing(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession("")
	_, err := store.Set(t.Context(), session, "coat", 0)
	require.NoError(t, err)
	require.NoError(t, store.Clear(t.Context(), session))
	require.False(t, session.Kept())
}

func removeLeavesRest(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession(begin(t, store))
	cart, err := store.Set(t.Context(), session, "coat", 0)
	require.NoError(t, err)
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cart.Lines)
	require.Equal(t, cart.Lines, cartOf(t, store, session.Token()))
}
