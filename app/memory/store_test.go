package memory

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
	"myclothes/app/storetest"
)

func TestStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, "instance", func(l shop.Lifetimes) shop.SessionStore { return NewStore(l) })
}

func TestSessionsExpireUnlessTheyAreUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, session := NewStore(shop.Lifetimes{Idle: time.Hour}), shop.OpenSession("")
		_, err := store.Add(t.Context(), session, "tee", 1)
		require.NoError(t, err)
		for range 3 {
			time.Sleep(59 * time.Minute) // of the bubble's own time
			cart, err := store.Cart(t.Context(), session)
			require.NoError(t, err)
			require.NotEmpty(t, cart.Lines)
		}
		time.Sleep(time.Hour + time.Second)
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Empty(t, cart.Lines)

		_, err = store.Add(t.Context(), shop.OpenSession(""), "tee", 1)
		require.NoError(t, err)
		require.Equal(t, 1, store.sessions.Len(), "an expired session takes no memory")
	})
}

func TestACartIsOnlyForgottenWhenNoneOfTheCustomersSessionsWasUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store, session := NewStore(shop.Lifetimes{Idle: time.Hour, SignedIn: 90 * time.Minute}), shop.OpenSession("")
		require.NoError(t, store.SignIn(t.Context(), session, 7, 1))
		first, err := store.Add(t.Context(), session, "tee", 1)
		require.NoError(t, err)
		for range 3 {
			time.Sleep(29 * time.Minute)
			who, err := store.SignedIn(t.Context(), session)
			require.NoError(t, err)
			require.EqualValues(t, 7, who.Customer)
		}
		time.Sleep(3*time.Minute + time.Second)
		who, err := store.SignedIn(t.Context(), session)
		require.NoError(t, err)
		require.Zero(t, who, "90 minutes are over")
		time.Sleep(56 * time.Minute)
		require.NoError(t, store.SignIn(t.Context(), session, 7, 1))
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, first, cart)
	})
}

func TestSessionsUsedLongestAgoMakeRoom(t *testing.T) {
	t.Parallel()
	store := newStore(shop.Lifetimes{Idle: time.Hour}, 2)
	sessions := []*shop.Session{shop.OpenSession(""), shop.OpenSession(""), shop.OpenSession("")}
	for i, session := range sessions {
		_, err := store.Add(t.Context(), session, "tee", 1)
		require.NoError(t, err)
		if i == 1 { // the first is used again, so the second is the oldest
			_, err = store.Cart(t.Context(), sessions[0])
			require.NoError(t, err)
		}
	}
	for i, want := range []int{1, 0, 1} {
		cart, err := store.Cart(t.Context(), sessions[i])
		require.NoError(t, err)
		require.Len(t, cart.Lines, want)
	}
}
