package redis

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

// TestAChangeWhoseAnswerIsLostCountsOnce lets the cache carry out a change, cuts the connection before its answer,
// and lets somebody else change the cart before the change is sent again.
func TestAChangeWhoseAnswerIsLostCountsOnce(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	cut := newCutter(t, server.Addr)
	store, elsewhere := openStore(t, cut.address, nil), openStore(t, server.Addr, nil)
	require.NoError(t, elsewhere.Clear(t.Context(), guestWith(t, elsewhere, nil))) // teaches the server the scripts
	tee := func(quantity int) []shop.Line { return []shop.Line{{SKU: "tee", Quantity: quantity}} }
	tests := []struct {
		name    string
		before  []shop.Line
		change  func(*shop.Session) (shop.Cart, error)
		between func(*shop.Session) (shop.Cart, error)
		after   []shop.Line
	}{
		{"an addition", tee(2), adding(t, store, "tee", 3), nil, tee(5)},
		{"an addition of another product", tee(2), adding(t, store, "coat", 1), nil, []shop.Line{{SKU: "coat", Quantity: 1}, {SKU: "tee", Quantity: 2}}},
		{"an addition that reaches the limit", tee(98), adding(t, store, "tee", 1), nil, tee(99)},
		{"an addition of what is then removed", tee(2), adding(t, store, "tee", 3), setting(t, elsewhere, "tee", 0), nil},
		{"a quantity that is then set again", tee(2), setting(t, store, "tee", 3), setting(t, elsewhere, "tee", 7), tee(7)},
		{"a removal of what is then added again", tee(2), setting(t, store, "tee", 0), adding(t, elsewhere, "tee", 1), tee(1)},
		{"a removal of what is not there and then added", nil, setting(t, store, "tee", 0), adding(t, elsewhere, "tee", 1), tee(1)},
		{"emptying a cart that is then filled again", tee(2), clearing(t, store), adding(t, elsewhere, "tee", 1), tee(1)},
	}
	for i, kind := range []string{"of a guest", "of a customer"} {
		for j, test := range tests {
			t.Run(test.name+" "+kind, func(t *testing.T) {
				session := guestWith(t, elsewhere, test.before)
				if kind == "of a customer" {
					require.NoError(t, elsewhere.SignIn(t.Context(), session, int64(100*i+j), 1))
				}
				cut.once(t, func() {
					if test.between != nil {
						_, err := test.between(shop.OpenSession(session.Token()))
						require.NoError(t, err)
					}
				})
				cart, err := test.change(session)
				require.NoError(t, err)
				require.ElementsMatch(t, test.after, cart.Lines)
				require.ElementsMatch(t, test.after, linesOf(t, elsewhere, session))
			})
		}
	}
}

func adding(t *testing.T, store *Store, sku string, quantity int) func(*shop.Session) (shop.Cart, error) {
	return func(s *shop.Session) (shop.Cart, error) { return store.Add(t.Context(), s, sku, quantity) }
}

func setting(t *testing.T, store *Store, sku string, quantity int) func(*shop.Session) (shop.Cart, error) {
	return func(s *shop.Session) (shop.Cart, error) { return store.Set(t.Context(), s, sku, quantity) }
}

// clearing empties the cart, and reads it, which changes nothing.
func clearing(t *testing.T, store *Store) func(*shop.Session) (shop.Cart, error) {
	return func(s *shop.Session) (shop.Cart, error) {
		if err := store.Clear(t.Context(), s); err != nil {
			return shop.Cart{}, err
		}
		return store.Cart(t.Context(), s)
	}
}

// guestWith begins a session that has these lines, and one that is removed again.
func guestWith(t *testing.T, store *Store, lines []shop.Line) *shop.Session {
	t.Helper()
	session := shop.OpenSession("")
	for _, line := range append([]shop.Line{{SKU: "belt", Quantity: 1}}, lines...) {
		_, err := store.Set(t.Context(), session, line.SKU, line.Quantity)
		require.NoError(t, err)
	}
	_, err := store.Set(t.Context(), session, "belt", 0)
	require.NoError(t, err)
	return session
}

func linesOf(t *testing.T, store *Store, session *shop.Session) []shop.Line {
	t.Helper()
	cart, err := store.Cart(t.Context(), shop.OpenSession(session.Token()))
	require.NoError(t, err)
	return cart.Lines
}

func TestASessionWhoseBeginningIsLostIsFoundAgain(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	cut := newCutter(t, server.Addr)
	store, elsewhere := openStore(t, cut.address, nil), openStore(t, server.Addr, nil)
	guestWith(t, elsewhere, nil) // teaches the server the scripts
	keys := server.Do("DBSIZE").(int64)
	for _, token := range []string{"", shop.NewSessionID()} {
		session := shop.OpenSession(token)
		skip := 0
		if token != "" {
			skip = 1 // the script that does not find the session
		}
		cut.skipping(t, skip, func() {})
		cart, err := store.Add(t.Context(), session, "tee", 2)
		require.NoError(t, err)
		require.True(t, session.Kept())
		require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 2}}, cart.Lines)
		require.Equal(t, cart.Lines, linesOf(t, elsewhere, session))
		keys++
		require.Equal(t, keys, server.Do("DBSIZE"), "it was begun once")
	}
}

func TestSigningInAndOutCountsOnceWhenTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	cut := newCutter(t, server.Addr)
	store, elsewhere := openStore(t, cut.address, nil), openStore(t, server.Addr, nil)
	tee := []shop.Line{{SKU: "tee", Quantity: 1}}
	signOuts := guestWith(t, elsewhere, tee) // teaches the server the scripts
	require.NoError(t, elsewhere.SignIn(t.Context(), signOuts, 7, 1))
	require.NoError(t, elsewhere.SignOut(t.Context(), signOuts))
	signedIn := func(session *shop.Session) int64 {
		who, err := elsewhere.SignedIn(t.Context(), shop.OpenSession(session.Token()))
		require.NoError(t, err)
		return who.Customer
	}

	session := guestWith(t, elsewhere, tee)
	cut.once(t, func() {})
	require.NoError(t, store.SignIn(t.Context(), session, 7, 1))
	require.EqualValues(t, 7, signedIn(session))
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 2}}, linesOf(t, elsewhere, session), "what the guest had is there once")

	other := shop.OpenSession("")
	require.NoError(t, elsewhere.SignIn(t.Context(), other, 7, 1))
	token := session.Token()
	cut.once(t, func() {})
	require.NoError(t, store.SignOut(t.Context(), session))
	require.True(t, session.Ended())
	require.Zero(t, signedIn(shop.OpenSession(token)))
	require.EqualValues(t, 7, signedIn(other))

	again := shop.OpenSession("")
	token = other.Token()
	require.NoError(t, elsewhere.SignOutEverywhere(t.Context(), 8)) // teaches the server the script
	cut.once(t, func() { require.NoError(t, elsewhere.SignIn(t.Context(), again, 7, 1)) })
	require.NoError(t, store.SignOutEverywhere(t.Context(), 7))
	require.Zero(t, signedIn(shop.OpenSession(token)))
	require.EqualValues(t, 7, signedIn(again), "who signs in after signing out everywhere stays signed in")
}

func TestOrdersAndPositionsCountOnceWhenTheAnswerIsLost(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	cut := newCutter(t, server.Addr)
	store, elsewhere := openStore(t, cut.address, nil), openStore(t, server.Addr, nil)
	tee := []shop.Line{{SKU: "tee", Quantity: 1}}
	session := guestWith(t, elsewhere, tee) // teaches the server the scripts, as does what follows
	require.NoError(t, elsewhere.SignIn(t.Context(), session, 7, 1))
	cart, err := elsewhere.Cart(t.Context(), session)
	require.NoError(t, err)
	require.NoError(t, elsewhere.Ordered(t.Context(), session, shop.Receipt{Cart: cart.ID, Number: 1}))
	require.NoError(t, elsewhere.Wrote(t.Context(), session, 7, 2))

	cut.once(t, func() {
		_, err := elsewhere.Add(t.Context(), shop.OpenSession(session.Token()), "tee", 1)
		require.NoError(t, err)
	})
	require.NoError(t, store.Ordered(t.Context(), session, shop.Receipt{Cart: cart.ID, Number: 2, Lines: tee}))
	require.Equal(t, tee, linesOf(t, elsewhere, session), "the piece added after the order stays")

	cut.once(t, func() { require.NoError(t, elsewhere.Wrote(t.Context(), session, 7, 40)) })
	require.NoError(t, store.Wrote(t.Context(), session, 7, 30))
	who, err := elsewhere.SignedIn(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, shop.Identity{Customer: 7, Wrote: 40}, who)
}

func TestACartThatIsChangedOftenKeepsItsCompactEncoding(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil, "--hash-max-listpack-value", strconv.Itoa(LongestField))
	store, session := openStore(t, server.Addr, nil), shop.OpenSession("")
	for i := range 3 * remembered {
		_, err := store.Set(t.Context(), session, "tee", i%shop.MaxQuantity+1)
		require.NoError(t, err)
	}
	require.Equal(t, "listpack", server.Do("OBJECT", "ENCODING", keys(session)[0]))
}
