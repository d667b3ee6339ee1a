package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/password"
	"myclothes/app/shop"
	"myclothes/app/throttle"
)

const (
	signUpAsAda = `{"email":"ada@example.com","password":"correct horse","name":"Ada"}`
	signInAsAda = `{"email":"ada@example.com","password":"correct horse"}`
	guessAtAda  = `{"email":"ada@example.com","password":"wrong horse"}`
)

// signInFrom tries to sign in from an address and returns the status.
func (f *fixture) signInFrom(client, credentials string) int {
	f.Helper()
	answer, _ := f.do("POST", "/api/session", credentials, "X-Forwarded-For", client)
	return answer.StatusCode
}

// guessFromEverywhere stands for strangers, each of whom tries one wrong password at Ada's account until none is
// looked at any more.
func (f *fixture) guessFromEverywhere() {
	f.Helper()
	for i := range 60 {
		guess := shop.Attempt{Account: "ada@example.com", Client: fmt.Sprintf("198.51.100.%d", i)}
		if f.throttle.Begin(f.Context(), guess) > 0 {
			return
		}
		f.throttle.Failed(f.Context(), guess)
	}
	require.Fail(f, "guessing does not end")
}

func TestSixtyStrangersDoNotLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.do("POST", "/api/customers", signUpAsAda)
	own := f.browser
	var last int
	for i := range 60 {
		f.browser = newBrowser(t)
		last = f.signInFrom(fmt.Sprintf("198.51.100.%d", i), guessAtAda)
	}
	require.Equal(t, 429, last, "guessing ends")
	require.Equal(t, 429, f.signInFrom("203.0.113.1", signInAsAda), "on a device that the account does not know")
	f.browser = own
	require.Equal(t, 200, f.signInFrom("203.0.113.1", signInAsAda), "on the owner's")
}

// device is the value of the cookie that makes the browser a known device; empty if it has none.
func (f *fixture) device() string {
	f.Helper()
	request, err := http.NewRequest("GET", f.url, nil)
	require.NoError(f, err)
	for _, cookie := range f.browser.Jar.Cookies(request.URL) {
		if strings.HasSuffix(cookie.Name, "_device") {
			return cookie.Value
		}
	}
	return ""
}

func TestWhoeverSignedInOnADeviceIsNotLockedOutThere(t *testing.T) {
	t.Parallel()
	for name, signInBefore := range map[string]func(*fixture){
		"who signed up here": func(f *fixture) {
			f.do("POST", "/api/customers", signUpAsAda)
		},
		"who signed in here": func(f *fixture) {
			f.do("POST", "/api/customers", signUpAsAda)
			f.browser = newBrowser(f.T)
			f.do("POST", "/api/session", signInAsAda)
		},
		"who signed up with the form": func(f *fixture) {
			f.submit("/sign-up", "name", "Ada", "email", "ada@example.com", "password", "correct horse")
		},
		"who signed in with the form": func(f *fixture) {
			f.do("POST", "/api/customers", signUpAsAda)
			f.browser = newBrowser(f.T)
			f.submit("/sign-in", "email", "ada@example.com", "password", "correct horse")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			signInBefore(f)
			f.do("DELETE", "/api/sessions", "")
			f.guessFromEverywhere()
			require.Equal(t, 200, f.signInFrom("203.0.113.1", signInAsAda), "on a device that the account knows")

			f.browser = newBrowser(t)
			answer, text := f.do("POST", "/api/session", signInAsAda, "X-Forwarded-For", "203.0.113.1")
			require.Equal(t, 429, answer.StatusCode, "on another one")
			require.Contains(t, text, "try again in 15 minutes")
			require.NotEmpty(t, answer.Header.Get("Retry-After"))
		})
	}
}

func TestTheCookieOfAKnownDeviceIsKeptAsTheSessionIs(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.SessionCookie = "__Host-sid" })
	answer, _ := f.do("POST", "/api/customers", signUpAsAda)
	require.Len(t, answer.Cookies(), 2)
	for _, cookie := range answer.Cookies() {
		require.True(t, strings.HasPrefix(cookie.Name, "__Host-sid"))
		require.True(t, cookie.HttpOnly)
		require.True(t, cookie.Secure)
		require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
		require.Equal(t, "/", cookie.Path)
		require.NotContains(t, cookie.Value, "ada")
	}
	answer, _ = f.do("POST", "/api/session", guessAtAda)
	require.Empty(t, answer.Cookies(), "whoever guesses wrong gets none")
}

func TestADeviceIsKnownOnlyToTheAccountThatSignedInThere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.do("POST", "/api/customers", signUpAsAda)
	adas := f.device()
	f.browser = newBrowser(t)
	f.do("POST", "/api/customers", `{"email":"eve@example.com","password":"evil horse","name":"Eve"}`)
	eves := f.device()
	f.guessFromEverywhere()

	f.browser = newBrowser(t)
	name, seal, _ := strings.Cut(adas, ".")
	for what, cookie := range map[string]string{
		"of another account": eves,
		"renamed":            strings.Repeat("A", len(name)) + "." + seal,
		"sealed by nobody":   name + "." + strings.Repeat("A", len(seal)),
		"no seal":            name + ".",
		"garbage":            "%00",
	} {
		answer, _ := f.do("POST", "/api/session", signInAsAda, "X-Forwarded-For", "203.0.113.1", "Cookie", "sid_device="+cookie)
		require.Equal(t, 429, answer.StatusCode, what)
	}
	answer, _ := f.do("POST", "/api/session", signInAsAda, "X-Forwarded-For", "203.0.113.1", "Cookie", "sid_device="+adas)
	require.Equal(t, 200, answer.StatusCode)
	answer, _ = f.do("POST", "/api/session", `{"email":"nobody@example.com","password":"any horse"}`, "Cookie", "sid_device="+adas)
	require.Equal(t, 401, answer.StatusCode, "an account that does not exist knows no device, and that is not told")
}

func TestANewPasswordMakesTheDevicesUnknown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.do("POST", "/api/customers", signUpAsAda)
	adas := f.device()
	f.do("POST", "/api/customers", `{"email":"eve@example.com","password":"correct horse","name":"Eve"}`)
	f.customers.mu.Lock()
	f.customers.hashes[0] = f.customers.hashes[1] // the same password, hashed afresh
	f.customers.mu.Unlock()
	f.guessFromEverywhere()
	f.browser = newBrowser(t)
	answer, _ := f.do("POST", "/api/session", signInAsAda, "X-Forwarded-For", "203.0.113.1", "Cookie", "sid_device="+adas)
	require.Equal(t, 429, answer.StatusCode)
}

func TestAKnownDeviceMayNotGuessWithoutEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.do("POST", "/api/customers", signUpAsAda)
	looked := 0
	for f.signInFrom("203.0.113.1", guessAtAda) == http.StatusUnauthorized {
		looked++
	}
	require.Equal(t, 10+5, looked, "as a known device, and then as any other")
	f.problem(429, "POST", "/api/session", signInAsAda, "X-Forwarded-For", "203.0.113.1")
}

func TestTheRightPasswordIsNotHashedWithoutEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.Throttle = throttle.New(nil, 5) })
	f.do("POST", "/api/customers", signUpAsAda, "X-Forwarded-For", "203.0.113.1")
	for range 5 + 4 { // as a known device, and then as any other, which signed up before
		require.Equal(t, 200, f.signInFrom("203.0.113.1", signInAsAda))
	}
	require.Contains(t, f.problem(429, "POST", "/api/session", signInAsAda, "X-Forwarded-For", "203.0.113.1"), "try again in 60 minutes")
	f.browser = newBrowser(t)
	f.problem(429, "POST", "/api/session", signInAsAda, "X-Forwarded-For", "203.0.113.1")
	f.problem(429, "POST", "/api/customers", `{"email":"eve@example.com","password":"evil horse","name":"Eve"}`, "X-Forwarded-For", "203.0.113.1")
	require.Equal(t, 200, f.signInFrom("203.0.113.2", signInAsAda), "others go on")
}

func TestAServiceThatIsToldNothingElseHashesAtTheRecommendedCost(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.Passwords = nil })
	f.do("POST", "/api/customers", signUpAsAda)
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$`, f.customers.hashes[0])
}

// crowded are passwords of which none is looked at once so many others are before it.
type crowded struct {
	Passwords
	full atomic.Bool
}

func (c *crowded) Verify(ctx context.Context, hash, given string) error {
	if c.full.Load() {
		return password.ErrBusy
	}
	return c.Passwords.Verify(ctx, hash, given)
}

func TestWhoSignsInWhileTooManyDoIsToldToComeBack(t *testing.T) {
	t.Parallel()
	passwords := &crowded{Passwords: password.NewHasher(cheap)}
	f := newFixture(t, func(c *Config) { c.Passwords = passwords })
	f.do("POST", "/api/customers", signUpAsAda)
	passwords.full.Store(true)
	f.browser = newBrowser(t)
	busy, _ := f.do("POST", "/api/session", signInAsAda)
	require.Equal(t, http.StatusTooManyRequests, busy.StatusCode, "the password is not looked at")
	seconds, err := strconv.Atoi(busy.Header.Get("Retry-After"))
	require.NoError(t, err)
	require.Less(t, seconds, 10, "it is the moment, not the visitor")
	require.Equal(t, 200, first(f.do("GET", "/api/cart", "")).StatusCode)
	passwords.full.Store(false)
	require.Equal(t, 200, first(f.do("POST", "/api/session", signInAsAda)).StatusCode, "the attempt did not count")
}

func TestWhoBeginsTooManyCartsGoesOnWithThoseTheyHave(t *testing.T) {
	t.Parallel()
	const item = `{"sku":"tee","quantity":1}`
	f := newFixture(t, func(c *Config) { c.Throttle = throttle.New(nil, 5) })
	add := func() *http.Response { return first(f.do("POST", "/api/cart/items", item)) }
	require.Equal(t, 200, add().StatusCode)
	mine := f.browser
	for range 20 { // changes of a cart that is there are not counted
		require.Equal(t, 200, add().StatusCode)
	}
	apptest.Eventually(t, func() bool {
		f.browser = newBrowser(t)
		return add().StatusCode == http.StatusTooManyRequests
	}, "new carts are refused")

	f.browser = newBrowser(t)
	require.Contains(t, f.problem(429, "POST", "/api/cart/items", item), "try again in 60 minutes")
	require.NotEmpty(t, add().Header.Get("Retry-After"))
	answer, text := f.submit("/cart/items", "sku", "tee", "quantity", "1")
	require.Equal(t, 429, answer.StatusCode)
	require.Contains(t, text, "too many carts were begun from your network")
	require.Regexp(t, "^3[0-9]{3}$", answer.Header.Get("Retry-After"))
	f.json(200, emptyCart, "GET", "/api/cart", "")
	require.Equal(t, 201, first(f.do("POST", "/api/customers", signUpAsAda)).StatusCode, "they may sign up")
	require.Equal(t, 200, add().StatusCode, "and shop")

	f.browser = mine
	require.Equal(t, 200, add().StatusCode, "those who have a cart go on")
	f.browser = newBrowser(t)
	require.Equal(t, 200, first(f.do("POST", "/api/cart/items", item, "X-Forwarded-For", "203.0.113.1")).StatusCode, "others may begin one")
}

func TestAStrangerAtTheSameAddressLocksNoKnownDeviceOut(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.do("POST", "/api/customers", signUpAsAda)
	own := f.browser
	f.guessFromEverywhere()
	f.browser = newBrowser(t)
	last := 0
	for i := range 101 {
		guess := fmt.Sprintf(`{"email":"nobody%d@example.com","password":"wrong horse"}`, i)
		answer, _ := f.do("POST", "/api/session", guess, "X-Forwarded-For", "203.0.113.1", "Cookie", fmt.Sprintf("sid_device=%022d.%022d", i, i))
		last = answer.StatusCode
	}
	require.Equal(t, 429, last, "guessing ends, whatever device it claims to be")
	f.browser = own
	require.Equal(t, 200, f.signInFrom("203.0.113.1", signInAsAda))
}
