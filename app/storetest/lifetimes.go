package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

func readingIsSilent(t *testing.T, store shop.SessionStore) {
	for _, token := range []string{begin(t, store), signIn(t, store, begin(t, store), newCustomer())} {
		session := shop.OpenSession(token)
		_, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		_, err = store.SignedIn(t.Context(), session)
		require.NoError(t, err)
		require.False(t, session.Kept(), "the answer could arrive after that to signing in, and bring the old token back")
		require.False(t, session.Ended())
		require.Equal(t, token, session.Token())
	}
}

func changingIsSilent(t *testing.T, store shop.SessionStore) {
	for _, token := range []string{begin(t, store), signIn(t, store, begin(t, store), newCustomer())} {
		for _, change := range []func(*shop.Session) error{
			func(s *shop.Session) error { _, err := store.Set(t.Context(), s, "tee", 0); return err },
			func(s *shop.Session) error { _, err := store.Set(t.Context(), s, "coat", 2); return err },
			func(s *shop.Session) error { return store.Clear(t.Context(), s) },
			func(s *shop.Session) error { _, err := store.Add(t.Context(), s, "coat", 1); return err },
		} {
			session := shop.OpenSession(token)
			require.NoError(t, change(session))
			require.False(t, session.Kept())
			require.Equal(t, token, session.Token())
		}
		require.Equal(t, []shop.Line{{SKU: "coat", Quantity: 1}}, cartOf(t, store, token))
	}
}

// lifeGrows uses sessions whose first life is an hour of sixteen. Every use doubles it: that is four renewals, which
// are all over within moments.
func lifeGrows(t *testing.T, open opener) {
	store := open(shop.Lifetimes{Idle: 16 * time.Hour})
	for _, use := range []func(*shop.Session) error{
		func(s *shop.Session) error { _, err := store.Cart(t.Context(), s); return err },
		func(s *shop.Session) error { _, err := store.SignedIn(t.Context(), s); return err },
		func(s *shop.Session) error { _, err := store.Add(t.Context(), s, "tee", 1); return err },
		func(s *shop.Session) error { _, err := store.Set(t.Context(), s, "coat", 2); return err },
	} {
		token, renewals := begin(t, store), 0
		for range 10 {
			session := shop.OpenSession(token)
			require.NoError(t, use(session))
			require.Equal(t, token, session.Token())
			if session.Kept() {
				renewals++
			}
		}
		require.Equal(t, 4, renewals)
	}
}

func signInEndsInTime(t *testing.T, open opener) {
	customer := newCustomer()
	store := open(shop.Lifetimes{Idle: time.Hour, SignedIn: 4 * time.Second})
	session := shop.OpenSession(signIn(t, store, begin(t, store), customer))
	require.Eventually(t, func() bool {
		who, err := store.SignedIn(t.Context(), session)
		return err == nil && who.Customer == 0
	}, time.Minute, 50*time.Millisecond)
	require.Eventually(t, func() bool { // which a busy machine may need longer for than a customer stays signed in
		if store.SignIn(t.Context(), session, customer, 1) != nil {
			return false
		}
		cart, err := store.Cart(t.Context(), session)
		return err == nil && slices.Equal(cart.Lines, []shop.Line{{SKU: "tee", Quantity: 1}})
	}, time.Minute, 50*time.Millisecond, "the cart waits")
}

func mayNotBegin(t *testing.T, store shop.SessionStore) {
	refusal := errors.New("too many sessions")
	for _, token := range []string{"", "made-up", shop.NewSessionID()} {
		session := shop.OpenSession(token)
		session.BeginIf(func() error { return refusal })
		_, err := store.Add(t.Context(), session, "tee", 1)
		require.ErrorIs(t, err, refusal)
		_, err = store.Set(t.Context(), session, "tee", 1)
		require.ErrorIs(t, err, refusal)
		_, err = store.Set(t.Context(), session, "tee", 0)
		require.NoError(t, err, "nothing would begin")
		require.False(t, session.Kept())
	}
	session := shop.OpenSession(begin(t, store))
	session.BeginIf(func() error { return refusal })
	cart, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err)
	require.Equal(t, 2, cart.Count())
	require.NoError(t, store.SignIn(t.Context(), session, newCustomer(), 1), "who knows a password is not refused")
}
