package cookie

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
	"myclothes/app/storetest"
)

// testKey is a key made of one byte.
func testKey(b byte) []byte { return bytes.Repeat([]byte{b}, keySize) }

func fixed(keys ...[]byte) Secret { return apptest.Fixed[Keys]{Secret: Keys{Keys: keys}} }

func openStore(secret Secret) *Store {
	return NewStore(Config{Name: "sid", Lifetimes: shop.Lifetimes{Idle: time.Hour}, Secret: secret, Size: lineSize})
}

func lineSize(token string) int {
	return len((&http.Cookie{Name: "sid", Value: token, Path: "/", MaxAge: 3600, HttpOnly: true, Secure: true}).String())
}

func add(t *testing.T, store *Store, session *shop.Session, sku string, quantity int) {
	t.Helper()
	_, err := store.Add(t.Context(), session, sku, quantity)
	require.NoError(t, err)
}

func pieces(t *testing.T, store *Store, token string) int {
	t.Helper()
	cart, err := store.Cart(t.Context(), shop.OpenSession(token))
	require.NoError(t, err)
	return cart.Count()
}

// rejections is how many cookies were rejected for the reason.
func rejections(t *testing.T, store *Store, reason error) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(store.Metrics())
	families, err := registry.Gather()
	require.NoError(t, err)
	require.Len(t, families, 1)
	for _, metric := range families[0].GetMetric() {
		if metric.GetLabel()[0].GetValue() == reason.Error() {
			return metric.GetCounter().GetValue()
		}
	}
	require.Fail(t, "not counted at all", reason)
	return 0
}

// requireRejected checks that a token is an empty cart and nobody signed in, and counted.
func requireRejected(t *testing.T, store *Store, token string, reason error) {
	t.Helper()
	before := rejections(t, store, reason)
	session := shop.OpenSession(token)
	require.Zero(t, pieces(t, store, token))
	who, err := store.SignedIn(t.Context(), session)
	require.NoError(t, err)
	require.Zero(t, who)
	require.False(t, session.Kept())
	require.Equal(t, before+2, rejections(t, store, reason), "counted as %v", reason)
}

func TestStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, "cookie", func(l shop.Lifetimes) shop.SessionStore {
		return NewStore(Config{Name: "sid", Lifetimes: l, Secret: fixed(testKey(1)), Size: lineSize})
	})
}

func TestAnAlteredCookieIsAnEmptyCart(t *testing.T) {
	t.Parallel()
	store, session := openStore(fixed(testKey(1))), shop.OpenSession("")
	add(t, store, session, "tee", 1)
	value, err := encoding.DecodeString(session.Token())
	require.NoError(t, err)
	for i := headerSize; i < len(value); i++ {
		altered := bytes.Clone(value)
		altered[i] ^= 0x10
		requireRejected(t, store, encoding.EncodeToString(altered), errAltered)
	}
	for i := range value[:len(value)-1] {
		reason := errAltered
		if i+1 < leastSize {
			reason = errMalformed
		}
		requireRejected(t, store, encoding.EncodeToString(value[:i+1]), reason)
	}
	older := bytes.Clone(value)
	older[0]--
	requireRejected(t, store, encoding.EncodeToString(older), errAltered)
	none := bytes.Clone(value)
	none[0] = 0
	for _, garbage := range []string{
		"x", "*", session.Token() + "=", session.Token() + "!", session.Token()[:40] + "\r\n" + session.Token()[40:], encoding.EncodeToString(none),
		base64.StdEncoding.EncodeToString(value) + "+/", strings.Repeat("\x00", 5000),
	} {
		requireRejected(t, store, garbage, errMalformed)
	}
	require.Equal(t, 1, pieces(t, store, session.Token()))
}

func TestACookieOfAnotherNameIsAnEmptyCart(t *testing.T) {
	t.Parallel()
	store, session := openStore(fixed(testKey(1))), shop.OpenSession("")
	add(t, store, session, "tee", 1)
	elsewhere := NewStore(Config{Name: "other", Lifetimes: shop.Lifetimes{Idle: time.Hour}, Secret: fixed(testKey(1)), Size: lineSize})
	requireRejected(t, elsewhere, session.Token(), errAltered)
}

func TestCartsExpireUnlessTheyAreUsed(t *testing.T) {
	t.Parallel()
	now := time.Now()
	store, session := openStore(fixed(testKey(1))), shop.OpenSession("")
	store.now = func() time.Time { return now }
	add(t, store, session, "tee", 1)
	for range 3 {
		now = now.Add(59 * time.Minute)
		before := session.Token()
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.NotEmpty(t, cart.Lines)
		require.NotEqual(t, before, session.Token(), "reading renews")
	}
	now = now.Add(time.Hour)
	requireRejected(t, store, session.Token(), errExpired)
}

func TestReadingDoesNotSendTheCookieAgainAndAgain(t *testing.T) {
	t.Parallel()
	store, session := openStore(fixed(testKey(1))), shop.OpenSession("")
	add(t, store, session, "tee", 1)
	read := shop.OpenSession(session.Token())
	_, err := store.Cart(t.Context(), read)
	require.NoError(t, err)
	require.False(t, read.Kept(), "its answer could arrive after that to a change")
}

func TestACartThatOutgrowsTheCookieIsRefusedAndStaysAsItWas(t *testing.T) {
	t.Parallel()
	store, session := openStore(fixed(testKey(1))), shop.OpenSession("")
	var err error
	lines, before := 0, ""
	for ; err == nil; lines++ {
		before = session.Token()
		_, err = store.Add(t.Context(), session, fmt.Sprintf("%02d-%s", lines, strings.Repeat("x", 100)), 1)
	}
	require.ErrorIs(t, err, shop.ErrLimit)
	require.ErrorContains(t, err, "4096 bytes")
	require.Equal(t, before, session.Token())
	require.Equal(t, lines-1, pieces(t, store, before))
	require.EqualValues(t, 1, rejections(t, store, errTooLarge))
	require.Less(t, lineSize(before), MaxSize)
	require.Greater(t, lineSize(before), MaxSize-300)

	require.NoError(t, store.SignIn(t.Context(), session, 1<<62, 1<<62), "there is room for an identity")
	require.LessOrEqual(t, lineSize(session.Token()), MaxSize)
	cart, err := store.Set(t.Context(), session, "00-"+strings.Repeat("x", 100), 0)
	require.NoError(t, err)
	require.Len(t, cart.Lines, lines-2)
}

func TestAFullCartOfOrdinaryProductsFits(t *testing.T) {
	t.Parallel()
	store, session := openStore(fixed(testKey(1))), shop.OpenSession("")
	for i := range shop.MaxLines {
		add(t, store, session, fmt.Sprintf("jacket-waterproof-%03d", i), shop.MaxQuantity)
	}
	require.Less(t, lineSize(session.Token()), MaxSize/2)
}

// TestAnOlderCookieBringsBackItsCartAndWhoWasSignedIn shows the price of this rung (see the package comment).
func TestAnOlderCookieBringsBackItsCartAndWhoWasSignedIn(t *testing.T) {
	t.Parallel()
	store, session := openStore(fixed(testKey(1))), shop.OpenSession("")
	add(t, store, session, "tee", 3)
	require.NoError(t, store.SignIn(t.Context(), session, 7, 1))
	older := session.Token()
	require.NoError(t, store.Clear(t.Context(), session))
	require.NoError(t, store.SignOut(t.Context(), session))
	require.True(t, session.Ended())
	require.Equal(t, 3, pieces(t, store, older))
	who, err := store.SignedIn(t.Context(), shop.OpenSession(older))
	require.NoError(t, err)
	require.EqualValues(t, 7, who.Customer)
}

func TestTheCookieKnowsWhoLeftTheCart(t *testing.T) {
	t.Parallel()
	now := time.Now()
	store, session := openStore(fixed(testKey(1))), shop.OpenSession("")
	store.lifetimes.SignedIn, store.now = 30*time.Minute, func() time.Time { return now }
	is := func(want shop.Identity, when string) {
		t.Helper()
		who, err := store.SignedIn(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, want, who, when)
	}
	add(t, store, session, "tee", 1)
	is(shop.Identity{}, "a guest")
	require.NoError(t, store.SignIn(t.Context(), session, 7, 1))
	is(shop.Identity{Customer: 7, Wrote: 1}, "who signed in")
	require.NoError(t, store.SignOut(t.Context(), session))
	is(shop.Identity{Left: 7}, "after signing out")
	require.NoError(t, store.SignOut(t.Context(), session))
	add(t, store, session, "coat", 1)
	is(shop.Identity{Left: 7}, "whoever fills it")
	require.NoError(t, store.SignIn(t.Context(), session, 8, 2))
	is(shop.Identity{Customer: 8, Wrote: 2}, "who signed in next")
	now = now.Add(31 * time.Minute)
	is(shop.Identity{Left: 8}, "when it was time to sign in again")
}
