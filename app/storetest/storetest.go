// Package storetest is what every shop.SessionStore must pass.
package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

// Run checks a store that keeps sessions on the server.
func Run(t *testing.T, store shop.SessionStore) {
	tests := []struct {
		name string
		run  func(t *testing.T, store shop.SessionStore)
	}{
		{"a visitor without a session has an empty cart and gets no cookie", emptyCart},
		{"what is added is there in the next request", addedIsThere},
		{"adding the same product adds up", addsUp},
		{"setting replaces the quantity and zero removes the line", setReplaces},
		{"removing what is not there begins no session", removeBeginsNothing},
		{"an emptied cart keeps its session", emptiedKeepsSession},
		{"no line grows over its limit", lineLimit},
		{"no cart grows over its limit", cartLimit},
		{"a hundred additions at once lose nothing", concurrentAdds},
		{"a hundred additions at once stop exactly at the limit", concurrentLimit},
		{"a hundred different products at once stop exactly at the limit", concurrentLines},
		{"sessions do not see each other's carts", isolation},
		{"tokens that the store did not issue name no session", foreignTokens},
		{"signing in moves the cart to a new token and ends the old one", signIn},
		{"signing out keeps the cart and forgets the customer", signOut},
		{"signing out with an empty cart ends the session", signOutEmpty},
		{"clearing the cart keeps the customer signed in", clearKeepsCustomer},
		{"a customer's position is known to all their sessions and never goes back", positions},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, store)
		})
	}
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
	require.True(t, session.Kept(), "reading renews the session")
	require.Equal(t, token, session.Token())
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

func emptiedKeepsSession(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession(begin(t, store))
	token := session.Token()
	_, err := store.Set(t.Context(), session, "tee", 0)
	require.NoError(t, err)
	_, err = store.Add(t.Context(), session, "coat", 1)
	require.NoError(t, err)
	require.Equal(t, token, session.Token())
}

func lineLimit(t *testing.T, store shop.SessionStore) {
	token := begin(t, store)
	session := shop.OpenSession(token)
	_, err := store.Add(t.Context(), session, "tee", shop.MaxQuantity)
	require.ErrorIs(t, err, shop.ErrLimit)
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, token))
}

func cartLimit(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession(begin(t, store))
	for i := range shop.MaxLines - 1 {
		_, err := store.Add(t.Context(), session, fmt.Sprintf("sku-%d", i), 1)
		require.NoError(t, err)
	}
	_, err := store.Add(t.Context(), session, "one-too-many", 1)
	require.ErrorIs(t, err, shop.ErrLimit)
	_, err = store.Set(t.Context(), session, "one-too-many", 1)
	require.ErrorIs(t, err, shop.ErrLimit)
	cart, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err, "a line that is there may still grow")
	require.Len(t, cart.Lines, shop.MaxLines)
}

// atOnce runs add for 0 to n-1 at the same moment and returns how many were refused for the limit.
func atOnce(t *testing.T, n int, add func(i int) error) (refused int) {
	t.Helper()
	results := make(chan error, n)
	var ready sync.WaitGroup
	ready.Add(n)
	for i := range n {
		go func() {
			ready.Done()
			ready.Wait()
			results <- add(i)
		}()
	}
	for range n {
		if err := <-results; err != nil {
			require.ErrorIs(t, err, shop.ErrLimit)
			refused++
		}
	}
	return refused
}

func concurrentAdds(t *testing.T, store shop.SessionStore) {
	token := begin(t, store)
	refused := atOnce(t, 100, func(i int) error {
		_, err := store.Add(t.Context(), shop.OpenSession(token), fmt.Sprintf("sku-%d", i%10), 1)
		return err
	})
	require.Zero(t, refused)
	lines := cartOf(t, store, token)
	require.Len(t, lines, 11)
	require.Equal(t, 101, shop.NewCart(lines).Count())
}

func concurrentLimit(t *testing.T, store shop.SessionStore) {
	token := begin(t, store)
	refused := atOnce(t, 100, func(int) error {
		_, err := store.Add(t.Context(), shop.OpenSession(token), "tee", 2)
		return err
	})
	require.Equal(t, 100-(shop.MaxQuantity-1)/2, refused)
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: shop.MaxQuantity}}, cartOf(t, store, token))
}

func concurrentLines(t *testing.T, store shop.SessionStore) {
	token := begin(t, store)
	refused := atOnce(t, 100, func(i int) error {
		_, err := store.Add(t.Context(), shop.OpenSession(token), fmt.Sprintf("sku-%d", i), 1)
		return err
	})
	require.Equal(t, 100-(shop.MaxLines-1), refused)
	require.Len(t, cartOf(t, store, token), shop.MaxLines)
}

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

func signIn(t *testing.T, store shop.SessionStore) {
	before := begin(t, store)
	session := shop.OpenSession(before)
	require.NoError(t, store.SignIn(t.Context(), session, 42, 1000))
	require.NotEqual(t, before, session.Token())
	who, err := store.SignedIn(t.Context(), shop.OpenSession(session.Token()))
	require.NoError(t, err)
	require.EqualValues(t, 42, who.Customer)
	require.GreaterOrEqual(t, who.Wrote, shop.Position(1000))
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, session.Token()))

	require.Empty(t, cartOf(t, store, before))
	who, err = store.SignedIn(t.Context(), shop.OpenSession(before))
	require.NoError(t, err)
	require.Zero(t, who)
}

func signOut(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession(begin(t, store))
	require.NoError(t, store.SignIn(t.Context(), session, 43, 1))
	signedIn := session.Token()
	require.NoError(t, store.SignOut(t.Context(), session))
	require.NotEqual(t, signedIn, session.Token())
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, session.Token()))
	for _, token := range []string{signedIn, session.Token()} {
		who, err := store.SignedIn(t.Context(), shop.OpenSession(token))
		require.NoError(t, err)
		require.Zero(t, who)
	}
	require.Empty(t, cartOf(t, store, signedIn))
}

func signOutEmpty(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession("")
	require.NoError(t, store.SignIn(t.Context(), session, 44, 1))
	token := session.Token()
	require.NoError(t, store.SignOut(t.Context(), session))
	require.True(t, session.Ended())
	who, err := store.SignedIn(t.Context(), shop.OpenSession(token))
	require.NoError(t, err)
	require.Zero(t, who)
}

func clearKeepsCustomer(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession(begin(t, store))
	require.NoError(t, store.SignIn(t.Context(), session, 45, 1))
	require.NoError(t, store.Clear(t.Context(), session))
	require.Empty(t, cartOf(t, store, session.Token()))
	who, err := store.SignedIn(t.Context(), session)
	require.NoError(t, err)
	require.EqualValues(t, 45, who.Customer)
}

func positions(t *testing.T, store shop.SessionStore) {
	const customer = 46
	phone, laptop := shop.OpenSession(""), shop.OpenSession("")
	require.NoError(t, store.SignIn(t.Context(), phone, customer, 5))
	require.NoError(t, store.SignIn(t.Context(), laptop, customer, 5))
	require.NoError(t, store.Wrote(t.Context(), phone, customer, 1<<40))
	require.NoError(t, store.Wrote(t.Context(), laptop, customer, 7))
	who, err := store.SignedIn(t.Context(), laptop)
	require.NoError(t, err)
	require.Equal(t, shop.Identity{Customer: customer, Wrote: 1 << 40}, who)
}
