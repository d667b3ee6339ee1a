package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/ordertest"
	"myclothes/app/shop"
)

// newLedger returns an Orders of these customers and of products.
func newLedger(customers *accounts) *ordertest.Ledger {
	return &ordertest.Ledger{
		Customer: func(id int64) (shop.Customer, error) { return customers.Customer(context.Background(), id, 0) },
		Product:  shop.NewRange(products).Product,
	}
}

// signUp makes a customer with an address and two tees in the cart.
func (f *fixture) signUp() {
	f.Helper()
	f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":2}`)
	answer, text := f.do("POST", "/api/customers", `{"email":"ada@example.com","password":"correct horse","name":"Ada"}`)
	require.Equal(f, 201, answer.StatusCode, text)
	f.giveAddress()
}

// giveAddress completes the profile of who is signed in.
func (f *fixture) giveAddress() {
	f.Helper()
	f.do("PUT", "/api/customer", `{"name":"Ada","address":{"street":"1 Rue","postalCode":"75001","city":"Paris","country":"France"}}`)
}

const emptyCart = `{"items":[],"totalCents":0}`

func TestAnOrderIsMadeOnceHoweverOftenItIsSent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	answer, first := f.do("POST", "/api/orders", "", "Idempotency-Key", "one")
	require.Equal(t, 201, answer.StatusCode, first)
	require.Equal(t, "/api/orders/1", answer.Header.Get("Location"))
	f.json(200, emptyCart, "GET", "/api/cart", "")

	f.do("POST", "/api/cart/items", `{"sku":"coat","quantity":1}`)
	answer, again := f.do("POST", "/api/orders", "{}", "Idempotency-Key", "one")
	require.Equal(t, 200, answer.StatusCode)
	require.JSONEq(t, first, again)
	require.Equal(t, 1, f.orders.Count())
	require.Contains(t, f.see("/cart"), "Coat", "what came into the cart later stays")

	_, list := f.do("GET", "/api/orders", "")
	require.JSONEq(t, `{"orders":[`+first+`]}`, list)
	_, one := f.do("GET", "/api/orders/1", "")
	require.JSONEq(t, first, one)
}

func TestManyClicksAtOnceMakeOneOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	var clicks sync.WaitGroup
	for range 20 {
		clicks.Go(func() {
			if status := f.order("one"); status != 200 && status != 201 {
				t.Errorf("a click was answered with %d", status)
			}
		})
	}
	clicks.Wait()
	require.Equal(t, 1, f.orders.Count())
	f.json(200, emptyCart, "GET", "/api/cart", "")
}

func TestOrderRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	require.Contains(t, f.problem(400, "POST", "/api/orders", ""), "Idempotency-Key is missing")
	key := []string{"Idempotency-Key", "one"}
	f.problem(401, "POST", "/api/orders", "", key...)
	f.problem(401, "GET", "/api/orders", "")
	f.problem(401, "GET", "/api/orders/1", "")
	f.signUp()
	require.Contains(t, f.problem(422, "POST", "/api/orders", "", "Idempotency-Key", strings.Repeat("x", 65)), "1 to 64")
	f.problem(400, "POST", "/api/orders", `{"sku":"tee"}`, key...)
	f.problem(400, "POST", "/api/orders", `nonsense`, key...)
	f.problem(404, "GET", "/api/orders/7", "")
	f.problem(404, "GET", "/api/orders/x", "")
	f.json(200, `{"orders":[]}`, "GET", "/api/orders", "")
	f.do("DELETE", "/api/cart", "")
	require.Contains(t, f.problem(409, "POST", "/api/orders", "", key...), "empty")
	require.Zero(t, f.orders.Count())
}

func TestNobodySeesSomebodyElsesOrder(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	f.do("POST", "/api/orders", "", "Idempotency-Key", "one")
	f.browser = newBrowser(t)
	f.do("POST", "/api/customers", `{"email":"eve@example.com","password":"correct horse","name":"Eve"}`)
	f.problem(404, "GET", "/api/orders/1", "")
	f.json(200, `{"orders":[]}`, "GET", "/api/orders", "")
	answer, _ := f.do("GET", "/orders/1", "")
	require.Equal(t, 404, answer.StatusCode)
}

var hiddenKey = regexp.MustCompile(`name="key" value="([^"]+)"`)

// keyShown is the key in the checkout form.
func (f *fixture) keyShown() string {
	f.Helper()
	found := hiddenKey.FindStringSubmatch(f.see("/checkout"))
	require.Len(f, found, 2)
	return found[1]
}

func TestACartIsOrderedWithoutJavaScript(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.submit("/cart/items", "sku", "tee", "quantity", "2")
	require.Contains(t, f.see("/cart"), `href="/checkout"`)
	answer, _ := f.do("GET", "/checkout", "")
	requireRedirect(t, answer, "/sign-in?next=%2Fcheckout")
	require.Contains(t, f.see("/sign-in?next=%2Fcheckout"), `href="/sign-up?next=%2fcheckout"`)
	answer, _ = f.submit("/sign-up", "name", "Ada", "email", "ada@example.com", "password", "correct horse", "next", "/checkout")
	requireRedirect(t, answer, "/checkout")
	page := f.see("/checkout")
	require.Contains(t, page, "Your address is not complete yet")
	require.NotContains(t, page, `action="/orders"`)
	answer, _ = f.submit("/account", "name", "Ada", "street", "1 Rue", "postalCode", "75001", "city", "Paris", "country", "France", "next", "/checkout")
	requireRedirect(t, answer, "/checkout")
	require.Contains(t, f.see("/checkout"), "75001 Paris")
	answer, _ = f.submit("/orders", "key", f.keyShown())
	requireRedirect(t, answer, "/orders/1")
	require.Contains(t, f.see("/orders/1"), "€ 20.00")
	require.Contains(t, f.see("/orders"), `href="/orders/1"`)
	require.Contains(t, f.see("/cart"), "It is empty")
	answer, _ = f.do("GET", "/checkout", "")
	requireRedirect(t, answer, "/cart")
}

func TestNobodyOrdersWhatTheyDidNotSee(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*fixture){
		"the cart": func(f *fixture) { f.submit("/cart/items", "sku", "coat", "quantity", "1") },
		"the address": func(f *fixture) {
			f.submit("/account", "name", "Ada", "street", "2 Rue", "postalCode", "1", "city", "Rome", "country", "Italy")
		},
		"a price": func(f *fixture) {
			f.orders.Product = func(sku string) (shop.Product, bool) {
				return shop.Product{SKU: sku, PriceCents: 1001}, true
			}
		},
	}
	for what, change := range changes {
		t.Run(what, func(t *testing.T) {
			f := newFixture(t)
			f.signUp()
			key := f.keyShown()
			change(f)
			answer, text := f.submit("/orders", "key", key)
			require.Equal(t, http.StatusConflict, answer.StatusCode)
			require.Contains(t, text, "changed")
			require.Contains(t, text, `action="/orders"`, "the page as it is now")
			require.Zero(t, f.orders.Count())
		})
	}
}

func TestTwoTabsMakeOneOrderAndTheSameCartLaterMakesAnother(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	one, two := f.keyShown(), f.keyShown()
	for _, key := range []string{one, one, two} {
		answer, _ := f.submit("/orders", "key", key)
		requireRedirect(t, answer, "/orders/1")
	}
	f.submit("/cart/items", "sku", "tee", "quantity", "2")
	answer, _ := f.submit("/orders", "key", f.keyShown())
	requireRedirect(t, answer, "/orders/2")
}

func TestSigningOutEverywhereEndsTheOtherBrowsersToo(t *testing.T) {
	t.Parallel()
	for _, send := range []func(f *fixture) int{
		func(f *fixture) int { answer, _ := f.do("DELETE", "/api/sessions", ""); return answer.StatusCode },
		func(f *fixture) int { answer, _ := f.submit("/sign-out-everywhere"); return answer.StatusCode },
	} {
		f := newFixture(t)
		f.signUp()
		other := f.browser
		f.browser = newBrowser(t)
		f.do("POST", "/api/session", `{"email":"ada@example.com","password":"correct horse"}`)
		require.Contains(t, []int{204, 303}, send(f))
		f.problem(401, "GET", "/api/customer", "")
		f.browser = other
		f.problem(401, "GET", "/api/customer", "")
	}
}

func TestTooManyAttemptsToSignInAreRefusedAndSayUntilWhen(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	f.browser = newBrowser(t) // a device that the account does not know
	for _, account := range []string{"ada@example.com", "nobody@example.com"} {
		guess := fmt.Sprintf(`{"email":%q,"password":"wrong horse"}`, account)
		for range 5 {
			f.problem(401, "POST", "/api/session", guess)
		}
		answer, text := f.do("POST", "/api/session", guess)
		require.Equal(t, 429, answer.StatusCode, account)
		require.NotEmpty(t, answer.Header.Get("Retry-After"))
		require.True(t, json.Valid([]byte(text)))
		require.Equal(t, 429, first(f.submit("/sign-in", "email", account, "password", "correct horse")).StatusCode, "the right one too")
	}
	answer, _ := f.do("POST", "/api/session", `{"email":"ada@example.com","password":"correct horse"}`, "X-Forwarded-For", "192.0.2.7")
	require.Equal(t, 200, answer.StatusCode, "from elsewhere the customer gets in")
}

func first(answer *http.Response, _ string) *http.Response { return answer }
