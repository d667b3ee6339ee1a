package redis

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/dial"
	"myclothes/app/shop"
)

func openWith(t *testing.T, address string, lifetimes shop.Lifetimes) *Store {
	t.Helper()
	client := NewClient(Config{Address: address, Dialer: dial.From(netip.Addr{})})
	t.Cleanup(func() { client.Close() })
	return NewStore(client, Options{Lifetimes: lifetimes})
}

// TestSessionsAreRenewedAsLifetimesSay compares what the scripts do with the rule, for sessions of every age.
func TestSessionsAreRenewedAsLifetimesSay(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	for _, lifetimes := range []shop.Lifetimes{
		{Idle: 30 * time.Minute}, {Idle: 336 * time.Hour}, {Idle: 336 * time.Hour, SignedIn: 720 * time.Hour},
	} {
		store := openWith(t, server.Addr, lifetimes)
		for _, written := range []fixture{guest, customer} {
			for _, age := range []time.Duration{0, 20 * time.Minute, 2 * time.Hour, 200 * time.Hour, 500 * time.Hour, 719 * time.Hour} {
				for _, part := range []float64{0.02, 0.3, 0.45, 0.87, 0.93, 1} {
					left := time.Duration(part * float64(lifetimes.Idle)).Truncate(time.Second)
					isCustomer := written["cart:7"] != nil
					want, renew := lifetimes.Renewed(age, left, isCustomer)
					if !renew {
						want = left
					}
					for _, use := range []func(*shop.Session) error{
						func(s *shop.Session) error { _, err := store.Cart(t.Context(), s); return err },
						func(s *shop.Session) error { _, err := store.Set(t.Context(), s, "tee", 1); return err },
					} {
						since := fmt.Sprint(time.Now().Add(-age).Unix())
						session := written.with("s:TOKEN", fieldSince, since).write(server)
						server.Do("PEXPIRE", sessionKey(session.Token()), left.Milliseconds())
						require.NoError(t, use(session))
						name := fmt.Sprintf("%v, age %v, left %v, customer %v", lifetimes, age, left, isCustomer)
						require.Equal(t, renew, session.Kept(), name)
						require.InDelta(t, want.Seconds(), server.Do("TTL", sessionKey(session.Token())), 20, name)
					}
				}
			}
		}
	}
}

func TestASessionPastItsAbsoluteLifetimeIsGone(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openWith(t, server.Addr, shop.Lifetimes{Idle: 336 * time.Hour, SignedIn: time.Hour})
	session := customer.write(server) // two hours old
	who, err := store.SignedIn(t.Context(), session)
	require.NoError(t, err)
	require.Zero(t, who)
	require.Empty(t, linesOf(t, store, session))
	require.NoError(t, store.SignIn(t.Context(), session, 7, 1))
	require.Equal(t, twoTees, linesOf(t, store, session), "the cart waits")
}

func TestACustomersCartLivesOnWhoeverUsesIt(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openWith(t, server.Addr, shop.Lifetimes{Idle: 2 * time.Hour, SignedIn: 4 * time.Hour})
	session := customer.write(server) // has as long to live as it may; the account's and the cart's hour are the same
	server.Do("EXPIRE", sessionKey(session.Token()), 7200)
	for name, use := range map[string]func() error{
		"cart":      func() error { _, err := store.Cart(t.Context(), session); return err },
		"signed in": func() error { _, err := store.SignedIn(t.Context(), session); return err },
		"add":       func() error { _, err := store.Add(t.Context(), session, "tee", 1); return err },
		"clear":     func() error { return store.Clear(t.Context(), session) },
	} {
		server.Do("EXPIRE", "cart:7", 60)
		require.NoError(t, use())
		require.False(t, session.Kept(), name)
		require.InDelta(t, 7200, server.Do("TTL", "cart:7"), 20, name)
	}
	server.Do("EXPIRE", sessionKey(session.Token()), 60)
	_, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.True(t, session.Kept())
	require.InDelta(t, 7200, server.Do("TTL", "account:7"), 20, "no session outlives the account that says that it counts")
}

func TestACartThatIsLostIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	session := customer.write(server)
	server.Do("DEL", "cart:7")
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, shop.Cart{Lines: []shop.Line{}}, cart, "nothing can be ordered from it")
	for range 2 {
		cart, err = store.Add(t.Context(), session, "tee", 1)
		require.NoError(t, err)
	}
	require.Equal(t, twoTees, cart.Lines)
	require.Zero(t, cart.Orders)
	require.NotContains(t, []string{"", customer["cart:7"][fieldID]}, cart.ID)
	again, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Equal(t, cart, again)
	require.InDelta(t, time.Hour.Seconds(), server.Do("TTL", "cart:7"), 20)
}

func TestReadingAGuestsCartNeitherWritesNorRunsAScript(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	session := guestWith(t, store, twoTees)
	server.Do("CONFIG", "RESETSTAT")
	for range 10 {
		require.Equal(t, twoTees, linesOf(t, store, session))
		_, err := store.SignedIn(t.Context(), session)
		require.NoError(t, err)
	}
	stats := server.Do("INFO", "commandstats").(string)
	require.Contains(t, stats, "cmdstat_hgetall:calls=20,")
	require.NotContains(t, stats, "cmdstat_eval")
	require.NotContains(t, stats, "expire")
}

// TestTheLengthOfATokenIsAHint gives sessions of each kind a token that looks like one of the other.
func TestTheLengthOfATokenIsAHint(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	for _, mark := range []string{customerMark, ""} {
		for want, written := range map[int64]fixture{0: guest, 7: customer} {
			session := written.write(server)
			token := shop.NewSessionID() + mark
			server.Do("RENAME", sessionKey(session.Token()), sessionKey(token))
			who, err := store.SignedIn(t.Context(), shop.OpenSession(token))
			require.NoError(t, err)
			require.Equal(t, want, who.Customer)
			require.Equal(t, twoTees, linesOf(t, store, shop.OpenSession(token)))
		}
	}
}

func TestNoTokenIsInTheCache(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	session := guestWith(t, store, twoTees)
	tokens := []string{session.Token()}
	require.NoError(t, store.SignIn(t.Context(), session, 7, 1))
	tokens = append(tokens, session.Token(), guestWith(t, store, nil).Token())
	content := fmt.Sprint(all(server))
	for _, token := range tokens {
		require.NotContains(t, content, token)
	}
}
