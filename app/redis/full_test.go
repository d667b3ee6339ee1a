package redis

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

func TestAFullCacheRefusesOnlyToBeginSessions(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil, "--maxmemory-policy", "noeviction")
	store := openStore(t, server.Addr, nil)
	guest, customer := guestWith(t, store, twoTees), guestWith(t, store, twoTees)
	require.NoError(t, store.SignIn(t.Context(), customer, 7, 1))
	server.Do("CONFIG", "SET", "maxmemory", "100kb") // less than an empty server uses

	_, err := store.Add(t.Context(), shop.OpenSession(""), "tee", 1)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	ended := shop.OpenSession(shop.NewSessionID())
	_, err = store.Set(t.Context(), ended, "tee", 1)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	require.False(t, ended.Kept())

	for _, session := range []*shop.Session{guest, customer} {
		_, err := store.Add(t.Context(), session, "coat", 1)
		require.NoError(t, err)
		_, err = store.Set(t.Context(), session, "tee", 1)
		require.NoError(t, err)
		require.Len(t, linesOf(t, store, session), 2)
	}
	require.NoError(t, store.SignIn(t.Context(), guest, 7, 1))
	require.NoError(t, store.Wrote(t.Context(), guest, 7, 5))
	cart, err := store.Cart(t.Context(), guest)
	require.NoError(t, err)
	require.Equal(t, 4, cart.Count())
	require.NoError(t, store.Ordered(t.Context(), guest, shop.Receipt{Cart: cart.ID, Number: 1, Lines: cart.Lines}))
	require.Empty(t, linesOf(t, store, guest))
	require.NoError(t, store.Clear(t.Context(), guest))
	require.NoError(t, store.SignOutEverywhere(t.Context(), 7))
	who, err := store.SignedIn(t.Context(), customer)
	require.NoError(t, err)
	require.Zero(t, who)
	require.NoError(t, store.Forget(t.Context(), 7))
}

// TestASessionBegunInAFullCacheIsFoundAgain lets the cache become full between a beginning and its repetition.
func TestASessionBegunInAFullCacheIsFoundAgain(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil, "--maxmemory-policy", "noeviction")
	cut := newCutter(t, server.Addr)
	store := openStore(t, cut.address, nil)
	guestWith(t, store, nil) // teaches the server the script
	session := shop.OpenSession("")
	cut.once(t, func() { server.Do("CONFIG", "SET", "maxmemory", "100kb") })
	cart, err := store.Add(t.Context(), session, "tee", 2)
	require.NoError(t, err)
	require.Equal(t, twoTees, cart.Lines)
	require.Equal(t, twoTees, linesOf(t, store, session))
}
