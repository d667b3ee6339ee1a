package server

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/cookie"
	"myclothes/app/server/web"
	"myclothes/app/shop"
)

func TestACartThatOutgrowsItsCookieIsAProblemAndStaysAsItWas(t *testing.T) {
	t.Parallel()
	var long sold
	for i := range shop.MaxLines {
		long = append(long, shop.Product{SKU: fmt.Sprintf("%02d-%s", i, strings.Repeat("x", 100)), Name: "x", PriceCents: 100})
	}
	keys := cookie.Keys{Keys: [][]byte{bytes.Repeat([]byte{1}, 32)}}
	f := newFixture(t, func(cfg *Config) {
		cfg.Catalog = long
		cfg.Store = cookie.NewStore(cookie.Config{
			Name: cfg.SessionCookie, Lifetimes: shop.Lifetimes{Idle: time.Hour}, Secret: apptest.Fixed[cookie.Keys]{Secret: keys},
			Size: func(token string) int { return len(web.NewCookie(cfg.SessionCookie, token, time.Hour).String()) },
		})
	})
	for i, product := range long {
		_, before := f.do("GET", "/api/cart", "")
		item := `{"sku":"` + product.SKU + `","quantity":1}`
		if answer, _ := f.do("POST", "/api/cart/items", item); answer.StatusCode == http.StatusOK {
			continue
		}
		require.Greater(t, i, 20)
		require.Contains(t, f.problem(422, "POST", "/api/cart/items", item), "4096 bytes")
		_, after := f.do("GET", "/api/cart", "")
		require.Equal(t, before, after)
		return
	}
	require.Fail(t, "the cookie grows without end")
}

func TestAFormThatCannotBeReadIsAPageThatSaysSo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for status, content := range map[int]string{413: "sku=" + strings.Repeat("x", web.MaxBody), 400: "sku=%zz"} {
		answer, text := f.do("POST", "/cart/items", content, "Content-Type", "application/x-www-form-urlencoded")
		require.Equal(t, status, answer.StatusCode)
		require.Contains(t, text, "<h1>"+http.StatusText(status))
	}
}
