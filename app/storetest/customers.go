package storetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

// guestWith returns the token of a new session with these lines.
func guestWith(t *testing.T, store shop.SessionStore, lines ...shop.Line) string {
	t.Helper()
	session := shop.OpenSession("")
	for _, line := range lines {
		_, err := store.Set(t.Context(), session, line.SKU, line.Quantity)
		require.NoError(t, err)
	}
	return session.Token()
}

func mergeCarts(t *testing.T, store shop.SessionStore) {
	customer := newCustomer()
	laptop := signIn(t, store, guestWith(t, store, shop.Line{SKU: "coat", Quantity: 2}, shop.Line{SKU: "tee", Quantity: 1}), customer)
	phone := signIn(t, store, guestWith(t, store, shop.Line{SKU: "scarf", Quantity: 1}, shop.Line{SKU: "tee", Quantity: 3}), customer)
	want := []shop.Line{{SKU: "coat", Quantity: 2}, {SKU: "scarf", Quantity: 1}, {SKU: "tee", Quantity: 4}}
	require.Equal(t, want, cartOf(t, store, phone))
	require.Equal(t, want, cartOf(t, store, laptop))
	require.Equal(t, want, cartOf(t, store, signIn(t, store, phone, customer)), "signing in again adds nothing")
}

func mergeLimits(t *testing.T, store shop.SessionStore) {
	var one, other []shop.Line
	for i := range shop.MaxLines {
		one = append(one, shop.Line{SKU: fmt.Sprintf("one-%02d", i), Quantity: 1})
		other = append(other, shop.Line{SKU: fmt.Sprintf("other-%02d", i), Quantity: 1})
	}
	one[0], other[0] = shop.Line{SKU: "tee", Quantity: shop.MaxQuantity}, shop.Line{SKU: "tee", Quantity: 2}
	customer := newCustomer()
	signIn(t, store, guestWith(t, store, one...), customer)
	token := signIn(t, store, guestWith(t, store, other...), customer)
	require.Equal(t, shop.NewCart(one).Merge(other).Lines, cartOf(t, store, token))
	_, err := store.Add(t.Context(), shop.OpenSession(token), "scarf", 1)
	require.ErrorIs(t, err, shop.ErrLimit)
	_, err = store.Set(t.Context(), shop.OpenSession(token), "one-01", 2)
	require.NoError(t, err, "what is there can still be changed")
}

func cartWaits(t *testing.T, store shop.SessionStore) {
	customer := newCustomer()
	session := shop.OpenSession(signIn(t, store, begin(t, store), customer))
	require.NoError(t, store.SignOut(t.Context(), session))
	require.True(t, session.Ended(), "nothing of the customer's stays with the browser")
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, signIn(t, store, "", customer)))
}

func cartEverywhere(t *testing.T, store shop.SessionStore) {
	customer := newCustomer()
	phone, laptop := signIn(t, store, "", customer), signIn(t, store, "", customer)
	cart, err := store.Add(t.Context(), shop.OpenSession(phone), "tee", 2)
	require.NoError(t, err)
	require.Equal(t, cart.Lines, cartOf(t, store, laptop))
	cart, err = store.Set(t.Context(), shop.OpenSession(laptop), "tee", 1)
	require.NoError(t, err)
	require.Equal(t, cart.Lines, cartOf(t, store, phone))
	require.NoError(t, store.Clear(t.Context(), shop.OpenSession(phone)))
	require.Empty(t, cartOf(t, store, laptop))
	require.Equal(t, customer, customerOf(t, store, laptop))
}

func cartStaysTheirs(t *testing.T, store shop.SessionStore) {
	first, second := newCustomer(), newCustomer()
	token := signIn(t, store, signIn(t, store, begin(t, store), first), second)
	require.Empty(t, cartOf(t, store, token))
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, signIn(t, store, "", first)))
}

func concurrentBrowsers(t *testing.T, store shop.SessionStore) {
	customer := newCustomer()
	browsers := []string{signIn(t, store, "", customer), signIn(t, store, "", customer)}
	require.Equal(t, 1, atOnce(t, 100, func(i int) error {
		_, err := store.Add(t.Context(), shop.OpenSession(browsers[i%2]), "tee", 1)
		return err
	}), "one piece more than fits")
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: shop.MaxQuantity}}, cartOf(t, store, browsers[0]))
}

func concurrentSignIns(t *testing.T, store shop.SessionStore) {
	customer, guests := newCustomer(), make([]string, 20)
	for i := range guests {
		guests[i] = begin(t, store)
	}
	require.Zero(t, atOnce(t, len(guests), func(i int) error {
		return store.SignIn(t.Context(), shop.OpenSession(guests[i]), customer, 1)
	}))
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: len(guests)}}, cartOf(t, store, signIn(t, store, "", customer)))
}

// customersCart returns the session of a new customer with these lines in the cart, and the cart.
func customersCart(t *testing.T, store shop.SessionStore, lines ...shop.Line) (*shop.Session, shop.Cart) {
	t.Helper()
	session := shop.OpenSession(signIn(t, store, guestWith(t, store, lines...), newCustomer()))
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.NotEmpty(t, cart.ID, "a customer can order from their cart")
	return session, cart
}

func orderedOnce(t *testing.T, store shop.SessionStore) {
	session, cart := customersCart(t, store, shop.Line{SKU: "coat", Quantity: 1}, shop.Line{SKU: "tee", Quantity: 3})
	_, err := store.Add(t.Context(), session, "tee", 2) // in another tab, after the order was made
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, store.Ordered(t.Context(), session, shop.Receipt{Cart: cart.ID, Number: 1, Lines: cart.Lines}))
		left, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, shop.Cart{ID: cart.ID, Orders: 1, Lines: []shop.Line{{SKU: "tee", Quantity: 2}}}, left)
	}
}

func orderedLate(t *testing.T, store shop.SessionStore) {
	tee := []shop.Line{{SKU: "tee", Quantity: 1}}
	session, cart := customersCart(t, store, tee...)
	require.NoError(t, store.Ordered(t.Context(), session, shop.Receipt{Cart: cart.ID, Number: 8, Lines: []shop.Line{{SKU: "coat", Quantity: 1}}}))
	require.NoError(t, store.Ordered(t.Context(), session, shop.Receipt{Cart: cart.ID, Number: 7, Lines: tee}))
	require.Equal(t, tee, cartOf(t, store, session.Token()))
}

func orderedElsewhere(t *testing.T, store shop.SessionStore) {
	tee := []shop.Line{{SKU: "tee", Quantity: 1}}
	session, _ := customersCart(t, store, tee...)
	_, lost := customersCart(t, store, tee...)
	require.NoError(t, store.Ordered(t.Context(), session, shop.Receipt{Cart: lost.ID, Number: 1, Lines: tee}))
	require.Equal(t, tee, cartOf(t, store, session.Token()))
}

func cartsAreNamed(t *testing.T, store shop.SessionStore) {
	guest, err := store.Cart(t.Context(), shop.OpenSession(begin(t, store)))
	require.NoError(t, err)
	require.Empty(t, guest.ID, "nothing can be ordered from it")
	names := map[string]bool{}
	for range 2 {
		session := shop.OpenSession(signIn(t, store, "", newCustomer()))
		first, err := store.Add(t.Context(), session, "tee", 1)
		require.NoError(t, err)
		require.NotEmpty(t, first.ID)
		require.Zero(t, first.Orders)
		names[first.ID] = true
		for range 2 {
			cart, err := store.Cart(t.Context(), session)
			require.NoError(t, err)
			require.Equal(t, first, cart)
		}
	}
	require.Len(t, names, 2, "every cart has another name")
}

func nameWaits(t *testing.T, store shop.SessionStore) {
	customer := newCustomer()
	session := shop.OpenSession(signIn(t, store, begin(t, store), customer))
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.NoError(t, store.SignOut(t.Context(), session))
	again, err := store.Cart(t.Context(), shop.OpenSession(signIn(t, store, begin(t, store), customer)))
	require.NoError(t, err)
	require.Equal(t, cart.ID, again.ID)
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 2}}, again.Lines)
}

func cartKeepsItsName(t *testing.T, store shop.SessionStore) {
	session, cart := customersCart(t, store, shop.Line{SKU: "tee", Quantity: 1})
	require.NoError(t, store.Ordered(t.Context(), session, shop.Receipt{Cart: cart.ID, Number: 1, Lines: cart.Lines}))
	_, err := store.Add(t.Context(), session, "coat", 1)
	require.NoError(t, err)
	_, err = store.Set(t.Context(), session, "coat", 0)
	require.NoError(t, err)
	require.NoError(t, store.Clear(t.Context(), session))
	changed, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err)
	require.Equal(t, shop.Cart{ID: cart.ID, Orders: 1, Lines: []shop.Line{{SKU: "tee", Quantity: 1}}}, changed)
}

func revoke(t *testing.T, store shop.SessionStore) {
	customer, bystander := newCustomer(), signIn(t, store, begin(t, store), newCustomer())
	stolen := signIn(t, store, begin(t, store), customer)
	session := shop.OpenSession(signIn(t, store, "", customer))
	require.NoError(t, store.SignOutEverywhere(t.Context(), customer))
	require.Zero(t, customerOf(t, store, session.Token()))
	require.NoError(t, store.SignOut(t.Context(), session))
	require.True(t, session.Ended())
	require.Zero(t, customerOf(t, store, stolen))
	require.Empty(t, cartOf(t, store, stolen))
	require.NotZero(t, customerOf(t, store, bystander))
	again := signIn(t, store, stolen, customer)
	require.Equal(t, customer, customerOf(t, store, again))
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, again))
}

// revokeLate signs out everywhere from a browser that was signed out meanwhile, in another tab.
func revokeLate(t *testing.T, store shop.SessionStore) {
	customer := newCustomer()
	stolen, here := signIn(t, store, begin(t, store), customer), signIn(t, store, "", customer)
	require.NoError(t, store.SignOut(t.Context(), shop.OpenSession(here)))
	require.NoError(t, store.SignOutEverywhere(t.Context(), customer))
	require.Zero(t, customerOf(t, store, stolen))
}

func forget(t *testing.T, store shop.SessionStore) {
	customer, bystander := newCustomer(), signIn(t, store, begin(t, store), newCustomer())
	here, there := signIn(t, store, begin(t, store), customer), signIn(t, store, "", customer)
	require.NoError(t, store.Forget(t.Context(), customer))
	require.NoError(t, store.Forget(t.Context(), customer), "they are gone already")
	for _, token := range []string{here, there} {
		require.Zero(t, customerOf(t, store, token))
		adding := shop.OpenSession(token)
		_, err := store.Add(t.Context(), adding, "coat", 1)
		require.NoError(t, err)
		require.NotEqual(t, token, adding.Token(), "they are a guest")
	}
	require.Empty(t, cartOf(t, store, signIn(t, store, "", customer)))
	require.Zero(t, customerOf(t, store, here), "nothing that was ended comes back")
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, bystander))
}

func revokeNothing(t *testing.T, store shop.SessionStore) {
	customer := newCustomer()
	require.NoError(t, store.SignOutEverywhere(t.Context(), customer))
	require.NoError(t, store.Forget(t.Context(), customer))
	require.Empty(t, cartOf(t, store, signIn(t, store, "", customer)))
}
