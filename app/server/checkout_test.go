package server

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/cookie"
	"myclothes/app/memory"
	"myclothes/app/shop"
)

func newStore() shop.SessionStore { return memory.NewStore(shop.Lifetimes{Idle: time.Hour}) }

// frail is a store that fails in the ways that leave an order and its cart apart.
type frail struct {
	shop.SessionStore
	away int // how many calls of Ordered find the store away
	lost int // how many more it acknowledges, and then a failover loses them
}

func (s *frail) Ordered(ctx context.Context, session *shop.Session, r shop.Receipt) error {
	switch {
	case s.away > 0:
		s.away--
		return shop.ErrUnavailable
	case s.lost > 0:
		s.lost--
		return nil
	}
	return s.SessionStore.Ordered(ctx, session, r)
}

// newFrailFixture is the service with a customer who has two tees in a cart on a frail store.
func newFrailFixture(t *testing.T) (*fixture, *frail) {
	t.Helper()
	store := &frail{SessionStore: newStore()}
	f := newFixture(t, func(c *Config) { c.Store = store })
	f.signUp()
	return f, store
}

// order sends an order by the API and returns the status of the answer.
func (f *fixture) order(key string) int {
	f.Helper()
	answer, _ := f.do("POST", "/api/orders", "", "Idempotency-Key", key)
	return answer.StatusCode
}

// orderShown presses the button of the checkout page and returns where that leads.
func (f *fixture) orderShown() string {
	f.Helper()
	answer, text := f.submit("/orders", "key", f.keyShown())
	require.Equal(f, 303, answer.StatusCode, text)
	return answer.Header.Get("Location")
}

const (
	signInAda = `{"email":"ada@example.com","password":"correct horse"}`
	twoTees   = `{"sku":"tee","quantity":2}`
	oneCoat   = `{"items":[{"sku":"coat","name":"Coat","quantity":1,"unitPriceCents":20000}],"totalCents":20000}`
)

func TestTheSameBasketIsOrderedAgainAfterItsCartWasLost(t *testing.T) {
	t.Parallel()
	f, store := newFrailFixture(t)
	require.Equal(t, "/orders/1", f.orderShown())
	store.SessionStore = newStore() // sessions and carts are gone
	f.do("POST", "/api/session", signInAda)
	f.do("POST", "/api/cart/items", twoTees)
	require.Equal(t, "/orders/2", f.orderShown())
	require.Equal(t, 2, f.orders.Count())
	f.json(200, emptyCart, "GET", "/api/cart", "")
}

func TestWhatWasOrderedIsSoldOnceThoughTheStoreWasNotTold(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*fixture, *frail){
		"the store went away": func(f *fixture, s *frail) {
			s.away = 1
			require.Equal(f, 503, f.order("one"))
		},
		"a failover lost what it had acknowledged": func(f *fixture, s *frail) {
			s.lost = 1
			require.Equal(f, 201, f.order("one"))
		},
	}
	again := map[string]func(*fixture){
		"by the form":                     func(f *fixture) { require.Equal(f, "/orders/2", f.orderShown()) },
		"by a program, under another key": func(f *fixture) { require.Equal(f, 201, f.order("two")) },
	}
	for why, fail := range ways {
		for how, order := range again {
			t.Run(why+", and the customer orders "+how, func(t *testing.T) {
				t.Parallel()
				f, store := newFrailFixture(t)
				fail(f, store)
				f.do("POST", "/api/cart/items", `{"sku":"coat","quantity":1}`)
				order(f)
				_, second := f.do("GET", "/api/orders/2", "")
				require.Contains(t, second, "Coat")
				require.NotContains(t, second, "Tee", "it was sold already")
				f.json(200, emptyCart, "GET", "/api/cart", "")
			})
		}
	}
}

func TestAnOrderThatWasMadeWhileTheCartsWentAwayIsFinishedWhenItIsSentAgain(t *testing.T) {
	t.Parallel()
	f, store := newFrailFixture(t)
	store.away = 1
	require.Equal(t, 503, f.order("one"))
	require.Equal(t, 1, f.orders.Count())
	require.Equal(t, 200, f.order("one"))
	require.Equal(t, 1, f.orders.Count())
	f.json(200, emptyCart, "GET", "/api/cart", "")
}

func TestWhoOnlyRepeatsUnderAnotherKeyBuysNothingTwice(t *testing.T) {
	t.Parallel()
	f, store := newFrailFixture(t)
	store.away = 1
	require.Equal(t, 503, f.order("one"))
	require.Contains(t, f.problem(409, "POST", "/api/orders", "", "Idempotency-Key", "two"), "empty")
	require.Equal(t, 1, f.orders.Count())
	require.Equal(t, 200, f.order("one"), "the key of the order finds it")
}

func TestTheRepeatOfAnOlderOrderTakesOutALaterOneToo(t *testing.T) {
	t.Parallel()
	f, store := newFrailFixture(t)
	require.Equal(t, 201, f.order("one"))
	f.do("POST", "/api/cart/items", `{"sku":"coat","quantity":1}`)
	store.away = 1
	require.Equal(t, 503, f.order("two"))
	require.Equal(t, 200, f.order("one"), "an older order is asked for")
	f.json(200, emptyCart, "GET", "/api/cart", "")
}

func TestTheCheckoutPageShowsTheCartWithoutWhatWasOrdered(t *testing.T) {
	t.Parallel()
	f, store := newFrailFixture(t)
	store.lost = 1
	require.Equal(t, 201, f.order("one"))
	f.do("POST", "/api/cart/items", `{"sku":"coat","quantity":1}`)
	require.NotContains(t, f.see("/checkout"), "Tee")
	f.json(200, oneCoat, "GET", "/api/cart", "")
}

func TestAfterOrdersWereLostTheNextOnesStillEmptyTheCart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	for i := range 3 {
		require.Equal(t, 201, f.order(fmt.Sprint("before-", i)))
		f.do("POST", "/api/cart/items", twoTees)
	}
	f.orders.Restore(1) // to the moment after the first order
	require.Equal(t, "/orders/2", f.orderShown(), "the numbers begin again")
	require.Equal(t, 2, f.orders.Count())
	f.json(200, emptyCart, "GET", "/api/cart", "")
}

func TestTwoOrdersOfOneCartAtTheSameMomentAreOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	var second int
	f.orders.BeforePlacing(func() { second = f.order("two") }) // between the look at the cart and the order
	require.Contains(t, f.problem(409, "POST", "/api/orders", "", "Idempotency-Key", "one"), "meanwhile")
	require.Equal(t, 201, second)
	require.Equal(t, 1, f.orders.Count())
}

func TestAnOrderThatATwinMadeFirstIsFoundAndNotCalledAnEmptyCart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	var twin int
	f.orders.AfterLooking(func() { twin = f.order("one") }) // between the look for the order and the look at the cart
	require.Equal(t, 200, f.order("one"))
	require.Equal(t, 201, twin)
	require.Equal(t, 1, f.orders.Count())
}

// window is a Catalog that counts how often it is told to forget.
type window struct {
	sold
	forgotten int
}

func (w *window) Forget(context.Context) { w.forgotten++ }

func TestTheCatalogIsReadAgainOnlyAfterAnOrderOfOutdatedProducts(t *testing.T) {
	t.Parallel()
	catalog := &window{sold: products}
	f := newFixture(t, func(c *Config) { c.Catalog = catalog })
	f.signUp()
	f.do("PUT", "/api/customer", `{"name":"Ada","address":{"street":"1 Rue"}}`)
	require.Contains(t, f.problem(409, "POST", "/api/orders", "", "Idempotency-Key", "one"), "missing")
	f.do("PUT", "/api/customer", `{"name":"Ada","address":{"street":"1 Rue","postalCode":"75001","city":"Paris","country":"France"}}`)
	f.orders.BeforePlacing(func() { f.order("two") })
	require.Equal(t, 409, f.order("one"))
	require.Equal(t, 409, f.order("three"), "the cart is empty")
	require.Zero(t, catalog.forgotten)

	f.do("POST", "/api/cart/items", twoTees)
	f.orders.Product = func(string) (shop.Product, bool) { return shop.Product{}, false }
	require.Equal(t, 409, f.order("one"))
	require.Equal(t, 1, catalog.forgotten)
}

// nameless is a store whose carts have no ID.
type nameless struct{ shop.SessionStore }

func (s nameless) Cart(ctx context.Context, session *shop.Session) (shop.Cart, error) {
	cart, err := s.SessionStore.Cart(ctx, session)
	cart.ID = ""
	return cart, err
}

func TestACartWithoutAnIDIsNotOrdered(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.Store = nameless{newStore()} })
	f.signUp()
	require.Equal(t, 500, f.order("one"))
	apptest.Eventually(t, func() bool { return strings.Contains(f.logs.String(), "cart without an ID") }, "it is logged")
	require.Zero(t, f.orders.Count())
}

// inCookies keeps carts in the browsers.
func inCookies(c *Config) {
	keys := cookie.Keys{Keys: [][]byte{[]byte(strings.Repeat("k", 32))}}
	c.StoreName, c.Store = "cookie", cookie.NewStore(cookie.Config{
		Name: c.SessionCookie, Lifetimes: shop.Lifetimes{Idle: time.Hour}, Secret: apptest.Fixed[cookie.Keys]{Secret: keys},
		Size: func(token string) int { return len(token) + 100 },
	})
}

// TestOneFillingIsOrderedOnceWhoeverSignsIn has a cart that stays with the browser, which has not learned that it was
// ordered.
func TestOneFillingIsOrderedOnceWhoeverSignsIn(t *testing.T) {
	t.Parallel()
	const bob = `{"email":"bob@example.com","password":"correct horse"}`
	for name, handOver := range map[string]func(f *fixture){
		"after somebody has signed out": func(f *fixture) {
			f.do("DELETE", "/api/session", "")
			require.Equal(f, 200, first(f.do("POST", "/api/session", bob)).StatusCode)
		},
		"after somebody has signed out while the database was away": func(f *fixture) {
			f.customers.setAway(true)
			require.Equal(f, 204, first(f.do("DELETE", "/api/session", "")).StatusCode)
			f.customers.setAway(false)
			require.Equal(f, 200, first(f.do("POST", "/api/session", bob)).StatusCode)
		},
		"in place of somebody": func(f *fixture) {
			require.Equal(f, 200, first(f.do("POST", "/api/session", bob)).StatusCode)
		},
		"with a new account": func(f *fixture) {
			f.do("DELETE", "/api/session", "")
			f.do("POST", "/api/customers", `{"email":"carl@example.com","password":"correct horse","name":"Carl"}`)
			f.giveAddress()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, inCookies)
			f.do("POST", "/api/customers", `{"email":"bob@example.com","password":"correct horse","name":"Bob"}`)
			f.giveAddress()
			f.browser = newBrowser(t)
			f.signUp()
			before := f.tab()
			require.Equal(t, 201, f.order("one"))
			f.browser = before // the answer never came
			f.do("POST", "/api/cart/items", `{"sku":"coat","quantity":1}`)
			handOver(f)
			f.json(200, oneCoat, "GET", "/api/cart", "")
			require.Equal(t, 201, f.order("two"))
			require.Equal(t, 2, f.orders.Count())
			_, second := f.do("GET", "/api/orders/2", "")
			require.NotContains(t, second, "Tee", "it was sold already")
			f.json(200, emptyCart, "GET", "/api/cart", "")
		})
	}
}
