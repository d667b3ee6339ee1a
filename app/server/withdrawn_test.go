package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/memory"
	"myclothes/app/shop"
)

// withWithdrawn is a browser with a tee and two pieces of something that is sold no more in the cart.
func withWithdrawn(t *testing.T) *fixture {
	t.Helper()
	store := memory.NewStore(shop.Lifetimes{Idle: time.Hour})
	f := newFixture(t, func(cfg *Config) { cfg.Store = store })
	session := shop.OpenSession("")
	for sku, quantity := range map[string]int{"tee": 1, "gone": 2} {
		_, err := store.Add(t.Context(), session, sku, quantity)
		require.NoError(t, err)
	}
	base, err := url.Parse(f.url)
	require.NoError(t, err)
	f.browser.Jar.SetCookies(base, []*http.Cookie{{Name: "sid", Value: session.Token()}})
	return f
}

func TestAWithdrawnProductStaysInTheCartAndIsNotPaidFor(t *testing.T) {
	t.Parallel()
	f := withWithdrawn(t)
	const tee = `{"sku":"tee","name":"Tee","quantity":1,"unitPriceCents":1000}`
	f.json(200, `{"items":[{"sku":"gone","name":"gone","quantity":2,"unitPriceCents":0,"withdrawn":true},`+tee+`],"totalCents":1000}`, "GET", "/api/cart", "")
	page := f.see("/cart")
	require.Contains(t, page, "no longer available")
	require.Contains(t, page, `Remove<span class="spoken"> gone</span>`)
	require.Contains(t, page, "Total <strong>€ 10.00</strong>")
	require.Equal(t, 1, strings.Count(page, `type="number"`), "there is no quantity to choose of what is not sold")
	f.problem(404, "PUT", "/api/cart/items/gone", `{"quantity":1}`)
	answer, _ := f.submit("/cart/items/gone", "quantity", "0")
	requireRedirect(t, answer, "/cart")
	f.json(200, `{"items":[`+tee+`],"totalCents":1000}`, "GET", "/api/cart", "")
}

func TestNothingIsOrderedWhileTheCartHasAWithdrawnProduct(t *testing.T) {
	t.Parallel()
	f := withWithdrawn(t)
	f.do("POST", "/api/customers", `{"email":"ada@example.com","password":"correct horse","name":"Ada"}`)
	f.giveAddress()
	page := f.see("/checkout")
	require.Contains(t, page, "no longer available")
	require.NotContains(t, page, `action="/orders"`)
	require.Contains(t, f.problem(409, "POST", "/api/orders", "", "Idempotency-Key", "one"), "gone is no longer available")
	require.Zero(t, f.orders.Count())
	f.do("DELETE", "/api/cart/items/gone", "")
	require.NotContains(t, f.see("/checkout"), "no longer available")
	answer, text := f.do("POST", "/api/orders", "", "Idempotency-Key", "one")
	require.Equal(t, 201, answer.StatusCode, text)
}
