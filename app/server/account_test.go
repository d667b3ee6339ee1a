package server

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

const (
	newPassword   = `{"currentPassword":"correct horse","newPassword":"battery staple"}`
	deleteAccount = `{"password":"correct horse"}`
)

// signUpTwice makes a customer who is signed in here and in another browser, which is returned.
func (f *fixture) signUpTwice() *http.Client {
	f.Helper()
	f.signUp()
	other := f.browser
	f.browser = newBrowser(f.T)
	answer, _ := f.do("POST", "/api/session", signInAda)
	require.Equal(f, 200, answer.StatusCode)
	return other
}

func TestANewPasswordEndsTheOtherSessionsAndThisOneGoesOn(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*fixture) int{
		"api": func(f *fixture) int { return first(f.do("PUT", "/api/customer/password", newPassword)).StatusCode },
		"page": func(f *fixture) int {
			require.Contains(f, f.see("/account"), `href="/account/password"`)
			require.Contains(f, f.see("/account/password"), `autocomplete="new-password"`)
			return first(f.submit("/account/password", "currentPassword", "correct horse", "newPassword", "battery staple")).StatusCode
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			other := f.signUpTwice()
			before := f.session()
			require.Contains(t, []int{204, 303}, change(f))
			require.NotEqual(t, before, f.session())
			require.Equal(t, 200, first(f.do("GET", "/api/customer", "")).StatusCode)
			_, text := f.do("GET", "/api/cart", "")
			require.Contains(t, text, `"quantity":2`, "the cart is still the customer's")
			f.browser = other
			f.problem(401, "GET", "/api/customer", "")
			f.problem(401, "POST", "/api/session", signInAda)
			answer, _ := f.do("POST", "/api/session", `{"email":"ada@example.com","password":"battery staple"}`)
			require.Equal(t, 200, answer.StatusCode)
		})
	}
}

func TestAPasswordIsChangedOnlyByWhoKnowsIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.problem(401, "PUT", "/api/customer/password", newPassword)
	answer, _ := f.do("GET", "/account/password", "")
	requireRedirect(t, answer, "/sign-in?next=%2Faccount%2Fpassword")
	f.signUp()
	require.Contains(t, f.problem(422, "PUT", "/api/customer/password", `{"currentPassword":"correct horse","newPassword":"short"}`), "at least 8")
	f.problem(400, "PUT", "/api/customer/password", `{"password":"x"}`)
	wrong := `{"currentPassword":"wrong horse","newPassword":"battery staple"}`
	require.Contains(t, f.problem(401, "PUT", "/api/customer/password", wrong), "current password")
	status := 401
	for guesses := 1; status == 401; guesses++ {
		require.Less(t, guesses, 20)
		status = first(f.do("PUT", "/api/customer/password", wrong)).StatusCode
	}
	require.Equal(t, 429, status)
	f.problem(429, "PUT", "/api/customer/password", newPassword)
	f.problem(429, "DELETE", "/api/customer", deleteAccount)
	require.Equal(t, 200, first(f.do("GET", "/api/customer", "")).StatusCode, "who guesses stays signed in")
	require.Equal(t, 200, first(f.do("POST", "/api/session", signInAda, "X-Forwarded-For", "192.0.2.7")).StatusCode, "it is still the old one")
}

func TestAFormAboutThePasswordSaysWhichFieldIsAtFault(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	for status, fields := range map[int][2]string{401: {"wrong horse", "battery staple"}, 422: {"correct horse", "short"}} {
		answer, text := f.submit("/account/password", "currentPassword", fields[0], "newPassword", fields[1])
		require.Equal(t, status, answer.StatusCode)
		field := map[int]string{401: "currentPassword", 422: "newPassword"}[status]
		require.Regexp(t, `<input[^>]* name="`+field+`"[^>]* aria-invalid="true"`, text)
		require.Equal(t, 1, strings.Count(text, "aria-invalid"))
		require.NotContains(t, text, fields[0], "passwords are never sent back")
	}
}

func TestADeletedAccountIsGoneEverywhereWithItsCart(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*fixture) int{
		"api": func(f *fixture) int { return first(f.do("DELETE", "/api/customer", deleteAccount)).StatusCode },
		"page": func(f *fixture) int {
			require.Contains(f, f.see("/account"), `href="/account/delete"`)
			f.see("/account/delete")
			answer, text := f.submit("/account/delete", "password", "correct horse")
			require.Contains(f, text, "Your account is deleted")
			return answer.StatusCode
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			other := f.signUpTwice()
			require.Contains(t, []int{204, 200}, remove(f))
			require.Empty(t, f.session())
			f.problem(401, "POST", "/api/session", signInAda)
			f.browser = other
			f.problem(401, "GET", "/api/customer", "")
			f.json(200, emptyCart, "GET", "/api/cart", "")
			answer, _ := f.do("POST", "/api/customers", `{"email":"ada@example.com","password":"another horse","name":"Ada"}`)
			require.Equal(t, 201, answer.StatusCode, "the address is free")
			f.json(200, emptyCart, "GET", "/api/cart", "")
		})
	}
}

func TestAnAccountIsDeletedOnlyByWhoKnowsThePassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.problem(401, "DELETE", "/api/customer", deleteAccount)
	f.signUp()
	f.problem(401, "DELETE", "/api/customer", `{"password":"wrong horse"}`)
	f.problem(400, "DELETE", "/api/customer", "")
	answer, text := f.submit("/account/delete", "password", "wrong horse")
	require.Equal(t, 401, answer.StatusCode)
	require.Regexp(t, `<input[^>]* name="password"[^>]* aria-invalid="true"`, text)
	require.Equal(t, 200, first(f.do("GET", "/api/customer", "")).StatusCode)
}

// endless is a store that is away when the sessions are to be ended, once, or where something happens before.
type endless struct {
	shop.SessionStore
	away   bool
	ending func()
}

func (s *endless) SignOutEverywhere(ctx context.Context, customer int64) error {
	if ending := s.ending; ending != nil {
		s.ending = nil
		ending()
	}
	if s.away {
		s.away = false
		return shop.ErrUnavailable
	}
	return s.SessionStore.SignOutEverywhere(ctx, customer)
}

func (s *endless) Forget(ctx context.Context, customer int64) error {
	if s.away {
		s.away = false
		return shop.ErrUnavailable
	}
	return s.SessionStore.Forget(ctx, customer)
}

func TestADeletionThatTheStoreOfSessionsInterruptedIsFinishedWhenItIsSentAgain(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.Store = &endless{SessionStore: newStore(), away: true} })
	f.signUp()
	f.problem(503, "DELETE", "/api/customer", deleteAccount)
	answer, text := f.do("DELETE", "/api/customer", deleteAccount)
	require.Equal(t, 204, answer.StatusCode, text)
	require.Empty(t, f.session())
}

func TestANewPasswordWhoseSessionsCouldNotBeEndedSaysSo(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.Store = &endless{SessionStore: newStore(), away: true} })
	f.signUp()
	require.Contains(t, f.problem(503, "PUT", "/api/customer/password", newPassword), "the new password holds")
	answer, _ := f.do("POST", "/api/session", `{"email":"ada@example.com","password":"battery staple"}`)
	require.Equal(t, 200, answer.StatusCode)
}

func TestANewPasswordMakesEveryDeviceButThisOneUnknown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := f.signUpTwice()
	f.do("PUT", "/api/customer/password", newPassword)
	f.guessFromEverywhere()
	const signIn = `{"email":"ada@example.com","password":"battery staple"}`
	require.Equal(t, 200, f.signInFrom("203.0.113.1", signIn))
	f.browser = other
	require.Equal(t, 429, f.signInFrom("203.0.113.1", signIn))
}

// hooked has something happen when a password was found to be right, before anything comes of it.
type hooked struct {
	Throttle
	verified *atomic.Pointer[func()]
}

func (h hooked) Succeeded(ctx context.Context, a shop.Attempt) {
	h.Throttle.Succeeded(ctx, a)
	if happen := h.verified.Swap(nil); happen != nil {
		(*happen)()
	}
}

// newHookedFixture is the service, and a function that has something happen when the next password was found to be right.
func newHookedFixture(t *testing.T, change ...func(*Config)) (f *fixture, onceVerified func(happen func())) {
	t.Helper()
	var verified atomic.Pointer[func()]
	f = newFixture(t, append(change, func(c *Config) { c.Throttle = hooked{c.Throttle, &verified} })...)
	return f, func(happen func()) { verified.Store(&happen) }
}

// from has a browser send something, and the test go on in the one that it had.
func (f *fixture) from(browser *http.Client, method, path, content string) int {
	f.Helper()
	defer func(own *http.Client) { f.browser = own }(f.browser)
	f.browser = browser
	return first(f.do(method, path, content)).StatusCode
}

// tab is another browser that has the cookies of this one as they are now.
func (f *fixture) tab() *http.Client {
	f.Helper()
	address, err := url.Parse(f.url)
	require.NoError(f, err)
	tab := newBrowser(f.T)
	tab.Jar.SetCookies(address, f.browser.Jar.Cookies(address))
	return tab
}

func TestNobodyStaysSignedInWithThePasswordOfBefore(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(f *fixture, owner *http.Client) int{
		"changed": func(f *fixture, owner *http.Client) int {
			return f.from(owner, "PUT", "/api/customer/password", newPassword)
		},
		"deleted": func(f *fixture, owner *http.Client) int {
			return f.from(owner, "DELETE", "/api/customer", deleteAccount)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, onceVerified := newHookedFixture(t)
			f.signUp()
			owner := f.browser
			f.browser = newBrowser(t) // of who knows the password of before
			onceVerified(func() { require.Equal(t, 204, change(f, owner)) })
			f.problem(401, "POST", "/api/session", signInAda)
			f.problem(401, "GET", "/api/customer", "")
		})
	}
}

func TestANewPasswordEndsTheOtherSessionsThoughThisOneHasEnded(t *testing.T) {
	t.Parallel()
	f, onceVerified := newHookedFixture(t)
	other := f.signUpTwice()
	onceVerified(func() { require.Equal(t, 204, f.from(f.tab(), "DELETE", "/api/session", "")) })
	require.Equal(t, 204, first(f.do("PUT", "/api/customer/password", newPassword)).StatusCode)
	require.Equal(t, 401, f.from(other, "GET", "/api/customer", ""))
}

func TestADeletionEndsTheOtherSessionsThoughThisOneHasEnded(t *testing.T) {
	t.Parallel()
	f, onceVerified := newHookedFixture(t)
	other := f.signUpTwice()
	onceVerified(func() { require.Equal(t, 204, f.from(f.tab(), "DELETE", "/api/session", "")) })
	require.Equal(t, 204, first(f.do("DELETE", "/api/customer", deleteAccount)).StatusCode)
	require.Equal(t, 401, f.from(other, "GET", "/api/customer", ""))
	f.json(200, emptyCart, "GET", "/api/cart", "")
	require.Empty(t, f.cartOfAda())
}

// cartOfAda is what whoever became the first customer would find in the cart.
func (f *fixture) cartOfAda() []shop.Line {
	f.Helper()
	session := shop.OpenSession("")
	require.NoError(f, f.config.Store.SignIn(f.Context(), session, 1, 1))
	cart, err := f.config.Store.Cart(f.Context(), session)
	require.NoError(f, err)
	return cart.Lines
}

// busy is a store where something happens once, just after a cart was cleared.
type busy struct {
	shop.SessionStore
	cleared func()
}

func (s *busy) Clear(ctx context.Context, session *shop.Session) error {
	err := s.SessionStore.Clear(ctx, session)
	s.cleared()
	return err
}

func TestWhatIsAddedElsewhereWhileAnAccountIsDeletedGoesToo(t *testing.T) {
	t.Parallel()
	store := &busy{SessionStore: newStore()}
	f := newFixture(t, func(c *Config) { c.Store = store })
	other := f.signUpTwice()
	store.cleared = func() { f.from(other, "POST", "/api/cart/items", twoTees) }
	require.Equal(t, 204, first(f.do("DELETE", "/api/customer", deleteAccount)).StatusCode)
	require.Empty(t, f.cartOfAda())
}

func TestWhoChangesThePasswordWhileItChangesAgainIsNotSignedInWithIt(t *testing.T) {
	t.Parallel()
	store := &endless{SessionStore: newStore()}
	f := newFixture(t, func(c *Config) { c.Store = store })
	other := f.signUpTwice()
	store.ending = func() { // and begins a session of its own
		require.Equal(t, 204, f.from(other, "PUT", "/api/customer/password", `{"currentPassword":"battery staple","newPassword":"another staple"}`))
	}
	f.problem(401, "PUT", "/api/customer/password", newPassword)
	f.problem(401, "GET", "/api/customer", "")
}

func TestNobodyIsSignedInWhileItIsNotKnownWhetherThePasswordHolds(t *testing.T) {
	t.Parallel()
	f, onceVerified := newHookedFixture(t)
	f.signUp()
	f.browser = newBrowser(t)
	onceVerified(func() { f.customers.setAway(true) })
	f.problem(503, "POST", "/api/session", signInAda)
	f.customers.setAway(false)
	f.problem(401, "GET", "/api/customer", "")
}
