package cookie

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

// written is what a release of each version wrote with testKey(1): until the year 2100, customer 7, two tees, and
// since version 3 signed in in the year 2000, the cart's ID, and nine orders of it.
var written = []string{
	"AXLNboQaOIbZ0XhATaFWv0ndxz2xUBRwSK4ou0FJI0V7R3JIuBvyRfwC_ark0GUYIKQ",
	"AnLNboRrKhArmUX3zjBghbgrsbn1QcEE11ACrzhOlbf1k1yb5rfeOojLPfRkL0NECwcB",
	"A3LNboSMDvDk-bYJHViOPtX9-Nt9FUrritQvrJhsLEA1H4rfkjiOS-xDXiuAO2A8IyTUwM6LgbzSKobBtcACFzJD_GTwlPye1DzscR6Omt79F_HOH3h2KK_wMF11GOFo",
}

func TestCookiesOfEveryReleaseAreRead(t *testing.T) {
	t.Parallel()
	require.Len(t, written, version)
	store := openStore(fixed(testKey(1)))
	for i, token := range written {
		require.Equal(t, 2, pieces(t, store, token))
		who, err := store.SignedIn(t.Context(), shop.OpenSession(token))
		require.NoError(t, err)
		require.Equal(t, shop.Identity{Customer: 7, Wrote: 1 << 40}, who)
		cart, err := store.Cart(t.Context(), shop.OpenSession(token))
		require.NoError(t, err)
		require.Equal(t, []int64{0, 0, 9}[i], cart.Orders)
	}
}

func TestACartWithoutANameIsNamedAfterItsCookieUntilThatIsReplaced(t *testing.T) {
	t.Parallel()
	store := openStore(fixed(testKey(1)))
	for _, token := range written[:2] {
		session := shop.OpenSession(token)
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.NotEmpty(t, cart.ID, "it can be ordered")
		require.False(t, session.Kept())
		changed, err := store.Add(t.Context(), session, "coat", 1)
		require.NoError(t, err)
		require.Equal(t, cart.ID, changed.ID)
		again, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, changed, again)
	}
}

// next is content as the next release may write it, with two fields that this one does not know.
func next(c content) content {
	c.unknown = appendField(appendField(nil, lastTag+1, []byte("gift")), 300, []byte{0, 1, 2})
	return c
}

func tee() content {
	return content{
		expires: time.Now().Add(time.Hour).Unix(), customer: 7, wrote: 1, signedIn: time.Now().Unix(),
		cart: shop.Cart{ID: "CART", Orders: 2, Lines: []shop.Line{{SKU: "tee", Quantity: 2}}},
	}
}

func TestWhatTheNextReleaseAddsIsKeptAndOtherwiseIgnored(t *testing.T) {
	t.Parallel()
	store := openStore(fixed(testKey(1)))
	want := next(tee())
	token, err := store.sealer.seal(t.Context(), want)
	require.NoError(t, err)
	session := shop.OpenSession(token)
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, want.cart, cart)
	for _, change := range []func() error{
		func() error { _, err := store.Add(t.Context(), session, "coat", 1); return err },
		func() error { return store.Ordered(t.Context(), session, shop.Receipt{Cart: "CART", Number: 3}) },
		func() error { return store.Wrote(t.Context(), session, 7, 9) },
		func() error { return store.SignOut(t.Context(), session) },
		func() error { return store.SignIn(t.Context(), session, 8, 1) },
		func() error { return store.Clear(t.Context(), session) },
	} {
		require.NoError(t, change())
		c, err := store.sealer.open(t.Context(), session.Token(), time.Now())
		require.NoError(t, err)
		require.Equal(t, want.unknown, c.unknown)
	}
}

// requireNotNow checks that every operation is refused for the moment and leaves the cookie alone.
func requireNotNow(t *testing.T, store *Store, token string) {
	t.Helper()
	session := shop.OpenSession(token)
	for name, operation := range map[string]func() error{
		"cart":      func() error { _, err := store.Cart(t.Context(), session); return err },
		"add":       func() error { _, err := store.Add(t.Context(), session, "tee", 1); return err },
		"set":       func() error { _, err := store.Set(t.Context(), session, "tee", 1); return err },
		"remove":    func() error { _, err := store.Set(t.Context(), session, "tee", 0); return err },
		"clear":     func() error { return store.Clear(t.Context(), session) },
		"signed in": func() error { _, err := store.SignedIn(t.Context(), session); return err },
		"sign in":   func() error { return store.SignIn(t.Context(), session, 1, 1) },
		"sign out":  func() error { return store.SignOut(t.Context(), session) },
		"ordered":   func() error { return store.Ordered(t.Context(), session, shop.Receipt{Cart: "CART", Number: 3}) },
		"wrote":     func() error { return store.Wrote(t.Context(), session, 7, 9) },
	} {
		require.ErrorIs(t, operation(), shop.ErrUnavailable, name)
		require.False(t, session.Kept() || session.Ended(), name)
	}
}

func TestACookieThatOnlyALaterReleaseCanReadIsNotNowAndIsNeverReplaced(t *testing.T) {
	t.Parallel()
	store := openStore(fixed(testKey(1)))
	keys, err := store.sealer.ring.current(t.Context())
	require.NoError(t, err)
	sealed := func(version byte, text []byte) string {
		header := append([]byte{version}, keys[0].id[:]...)
		return encoding.EncodeToString(keys[0].aead.Seal(header, nil, text, store.sealer.bound(version)))
	}
	requireNotNow(t, store, sealed(version+1, []byte("anything")))
	twice := tee()
	twice.cart.Lines = append(twice.cart.Lines, twice.cart.Lines...)
	requireNotNow(t, store, sealed(version, twice.encode()))
	requireNotNow(t, store, sealed(2, []byte("\xff")))
}
