package memory

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
	"myclothes/app/storetest"
)

func TestStoreKeepsTheContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, "instance", func() shop.SessionStore { return NewStore(shop.Lifetimes{Idle: time.Hour}) })
}

func TestSessionsExpireUnlessTheyAreUsed(t *testing.T) {
	t.Parallel()
	now := time.Now()
	store := NewStore(shop.Lifetimes{Idle: time.Hour})
	store.sessions.now = func() time.Time { return now }
	session := shop.OpenSession("")
	_, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err)

	for range 3 {
		now = now.Add(59 * time.Minute)
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.NotEmpty(t, cart.Lines)
	}
	now = now.Add(time.Hour)
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Empty(t, cart.Lines)
	require.Empty(t, store.sessions.entries, "an expired session takes no memory")
}

func TestSessionsUsedLongestAgoMakeRoom(t *testing.T) {
	t.Parallel()
	store := NewStore(shop.Lifetimes{Idle: time.Hour})
	store.sessions.limit = 2
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
