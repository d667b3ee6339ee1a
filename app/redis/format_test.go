package redis

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

// Fixtures are what a release writes for a session with two pieces of "tee" in the cart: hashes by key, in which
// TOKEN stands for what the session is kept under, and NOW for the time. Those of earlier releases stay as they are.
type fixture map[string]map[string]string

var (
	guest = fixture{"s:TOKEN": {"+": "NOW", "*": "12345678", "tee": "2"}}

	customer = fixture{
		"s:TOKEN":   {"+": "NOW", "@": "7:EPOCH"},
		"account:7": {"epoch": "EPOCH", "wrote": "30"},
		"cart:7":    {"#": "0123456789abcdef", "=": "3", "*": "1234567812345678", "tee": "2"},
	}
)

// with returns the fixture with another value of one field.
func (f fixture) with(key, field, value string) fixture {
	other := fixture{}
	for k, hash := range f {
		other[k] = maps.Clone(hash)
	}
	if other[key] == nil {
		other[key] = map[string]string{}
	}
	other[key][field] = value
	return other
}

// write puts the fixture into the server and returns its session.
func (f fixture) write(server *apptest.Redis) *shop.Session {
	session := shop.OpenSession(shop.NewSessionID())
	for name, hash := range f {
		key := strings.ReplaceAll(name, "TOKEN", strings.TrimPrefix(sessionKey(session.Token()), "s:"))
		server.Do("DEL", key)
		for field, value := range hash {
			if value == "NOW" {
				value = fmt.Sprint(time.Now().Add(-2 * time.Hour).Unix())
			}
			server.Do("HSET", key, field, value)
		}
		server.Do("EXPIRE", key, 3600)
	}
	return session
}

// all returns everything that is in the server.
func all(server *apptest.Redis) map[string]any {
	content := map[string]any{}
	for _, key := range server.Do("KEYS", "*").([]any) {
		content[key.(string)] = server.Do("HGETALL", key)
	}
	return content
}

var twoTees = []shop.Line{{SKU: "tee", Quantity: 2}}

func TestThisReleaseWritesAndReadsItsFormat(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)

	session := guestWith(t, store, twoTees)
	written := server.Do("HGETALL", sessionKey(session.Token())).(map[any]any)
	require.Len(t, written, len(guest["s:TOKEN"]))
	require.Regexp(t, `^\d{10}$`, written[fieldSince])
	require.Len(t, written[fieldChanges], 8*3)
	require.Equal(t, "2", written["tee"])
	require.Equal(t, twoTees, linesOf(t, store, guest.write(server)))

	require.NoError(t, store.SignIn(t.Context(), session, 8, 30))
	written = server.Do("HGETALL", sessionKey(session.Token())).(map[any]any)
	require.Len(t, written, len(customer["s:TOKEN"]))
	require.Regexp(t, `^8:[A-Z2-7]{10}$`, written[fieldCustomer])
	written = server.Do("HGETALL", "cart:8").(map[any]any)
	require.Regexp(t, `^[0-9a-f]{16}$`, written[fieldID])
	require.Equal(t, "2", written["tee"])
	cart, err := store.Cart(t.Context(), customer.write(server))
	require.NoError(t, err)
	require.Equal(t, shop.Cart{ID: "0123456789abcdef", Orders: 3, Lines: twoTees}, cart)
	who, err := store.SignedIn(t.Context(), customer.write(server))
	require.NoError(t, err)
	require.Equal(t, shop.Identity{Customer: 7, Wrote: 30}, who)
}

func TestACartOfTheReleaseBeforeIsKept(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	server.Do("HSET", "cart:7", "!", "500", "tee", "2")
	session := shop.OpenSession("")
	require.NoError(t, store.SignIn(t.Context(), session, 7, 1))
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.NotEmpty(t, cart.ID)
	require.Zero(t, cart.Orders)
	require.Equal(t, twoTees, cart.Lines)
}

// TestWhatALaterReleaseAddsIsKeptAndIgnored has fields of every kind that no release knows yet.
func TestWhatALaterReleaseAddsIsKeptAndIgnored(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	names := []string{"!", "~", "Gift", "_", "é", "$tee", "*2", ":", ""}
	for kind, written := range map[string]fixture{"guest": guest, "customer": customer} {
		for _, name := range names {
			for key := range written {
				later := written.with(key, name, "what it means is not known yet").with(key, fieldFormat, "1")
				session := later.write(server)
				stays := sessionKey(session.Token())
				if key != "s:TOKEN" {
					stays = key
				}
				kept := func(when string) {
					require.Equal(t, "what it means is not known yet", server.Do("HGET", stays, name), "%s, %s: %q %s", kind, key, name, when)
				}
				require.Equal(t, twoTees, linesOf(t, store, session), "%s, %s: %q", kind, key, name)
				_, err := store.SignedIn(t.Context(), session)
				require.NoError(t, err)
				kept("after reading")
				_, err = store.Add(t.Context(), session, "coat", 1)
				require.NoError(t, err)
				cart, err := store.Set(t.Context(), session, "tee", 0)
				require.NoError(t, err)
				require.Equal(t, []shop.Line{{SKU: "coat", Quantity: 1}}, cart.Lines)
				kept("after changes")
				require.NoError(t, store.Ordered(t.Context(), session, shop.Receipt{Cart: cart.ID, Number: 9, Lines: cart.Lines}))
				require.NoError(t, store.Wrote(t.Context(), session, 7, 40))
				kept("after an order")
				require.NoError(t, store.Clear(t.Context(), session))
				kept("after emptying the cart")
				if kind == "guest" && name != "" {
					require.NoError(t, store.SignIn(t.Context(), session, 7, 1))
					stays = sessionKey(session.Token())
					kept("after signing in")
				}
			}
		}
	}
	session := customer.with("s:TOKEN", fieldCustomer, "7:EPOCH:and more").write(server)
	require.Equal(t, twoTees, linesOf(t, store, session))
}

// TestWhatOnlyALaterReleaseReadsIsLeftAsItIs asks for everything, and nothing may change or seem empty.
func TestWhatOnlyALaterReleaseReadsIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	ofCarts := map[string]func(*shop.Session) error{
		"cart":    func(s *shop.Session) error { _, err := store.Cart(t.Context(), s); return err },
		"add":     func(s *shop.Session) error { _, err := store.Add(t.Context(), s, "tee", 1); return err },
		"set":     func(s *shop.Session) error { _, err := store.Set(t.Context(), s, "coat", 1); return err },
		"clear":   func(s *shop.Session) error { return store.Clear(t.Context(), s) },
		"order":   func(s *shop.Session) error { return store.Ordered(t.Context(), s, shop.Receipt{Number: 9}) },
		"sign in": func(s *shop.Session) error { return store.SignIn(t.Context(), s, 7, 1) },
	}
	ofSessions := maps.Clone(ofCarts)
	ofSessions["signed in"] = func(s *shop.Session) error { _, err := store.SignedIn(t.Context(), s); return err }
	ofSessions["sign out"] = func(s *shop.Session) error { return store.SignOut(t.Context(), s) }
	ofAccounts := maps.Clone(ofSessions)
	ofAccounts["sign out everywhere"] = func(*shop.Session) error { return store.SignOutEverywhere(t.Context(), 7) }
	ofAccounts["forget"] = func(*shop.Session) error { return store.Forget(t.Context(), 7) }
	ofCarts["forget"] = ofAccounts["forget"]

	for _, test := range []struct {
		name       string
		written    fixture
		operations map[string]func(*shop.Session) error
	}{
		{"guest of format 2", guest.with("s:TOKEN", fieldFormat, "2"), ofSessions},
		{"guest of a format with a name", guest.with("s:TOKEN", fieldFormat, "next"), ofSessions},
		{"quantity with a unit", guest.with("s:TOKEN", "tee", "2 m"), ofSessions},
		{"quantity that is broken", guest.with("s:TOKEN", "tee", "0.5"), ofSessions},
		{"quantity below one", guest.with("s:TOKEN", "tee", "0"), ofSessions},
		{"quantity in another notation", guest.with("s:TOKEN", "tee", "0x2"), ofSessions},
		{"beginning of a session", guest.with("s:TOKEN", fieldSince, "today"), ofSessions},
		{"customer of format 2", customer.with("s:TOKEN", fieldFormat, "2"), ofSessions},
		{"customer with a name", customer.with("s:TOKEN", fieldCustomer, "ann:EPOCH"), ofSessions},
		{"account of format 2", customer.with("account:7", fieldFormat, "2"), ofAccounts},
		{"cart of format 2", customer.with("cart:7", fieldFormat, "2"), ofCarts},
		{"quantity of a customer", customer.with("cart:7", "tee", "a few"), ofCarts},
		{"orders of a cart", customer.with("cart:7", fieldOrders, "some"), ofCarts},
	} {
		token := test.written.write(server).Token()
		before := all(server)
		for operation, run := range test.operations {
			session := shop.OpenSession(token)
			require.ErrorIs(t, run(session), shop.ErrUnavailable, "%s: %s", test.name, operation)
			require.False(t, session.Kept() || session.Ended(), "%s: %s", test.name, operation)
			require.Equal(t, before, all(server), "%s: %s", test.name, operation)
		}
	}
}
