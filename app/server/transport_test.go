package server

import (
	"compress/gzip"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

const htmlFirst = "text/html,application/xhtml+xml,*/*;q=0.8" // what browsers prefer of a page

func TestBrowsersStayOnHTTPSOnlyWhereTheShopIsServedOverIt(t *testing.T) {
	t.Parallel()
	for cookie, want := range map[string]string{"sid": "", "__Host-sid": "max-age=31536000"} {
		f := newFixture(t, func(c *Config) { c.SessionCookie = cookie })
		for _, path := range []string{"/", "/api/products", "/no-such-page", "/api/customer"} {
			answer, _ := f.do("GET", path, "", "X-Forwarded-Proto", "https")
			require.Equal(t, want, answer.Header.Get("Strict-Transport-Security"), path)
		}
	}
}

var styleLink = regexp.MustCompile(`<link rel="stylesheet" href="([^"]+)">`)

func TestTheStyleSheetIsKeptForeverUnderTheNameOfItsContent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	address := styleLink.FindStringSubmatch(f.see("/"))[1]
	require.Regexp(t, `^/assets/style\.[0-9a-f]{16}\.css$`, address)
	answer, style := f.do("GET", address, "")
	require.Equal(t, 200, answer.StatusCode)
	require.Equal(t, "text/css; charset=utf-8", answer.Header.Get("Content-Type"))
	require.Equal(t, "public, max-age=31536000, immutable", answer.Header.Get("Cache-Control"))

	for _, other := range []string{"/assets/style.0123456789abcdef.css", "/style.css"} {
		answer, text := f.do("GET", other, "")
		require.Equal(t, 200, answer.StatusCode, "a page of another release asks for it during a roll")
		require.Equal(t, "no-cache", answer.Header.Get("Cache-Control"), "and does not keep ours under its name")
		require.Equal(t, style, text)
		answer, _ = f.do("GET", other, "", "If-None-Match", answer.Header.Get("Etag"))
		require.Equal(t, 304, answer.StatusCode)
	}
	f.problem(404, "GET", "/assets/other.0123456789abcdef.css", "")
	f.problem(404, "GET", "/assets/style.css", "")
}

func TestOnlyWhatHoldsNothingOfAVisitorIsCompressed(t *testing.T) {
	t.Parallel()
	var long sold // what is short is not worth it
	for i := range 20 {
		long = append(long, shop.Product{SKU: fmt.Sprint("tee-", i), Name: "Tee", Description: "Dense organic cotton, cut straight.", PriceCents: 1000})
	}
	f := newFixture(t, func(c *Config) { c.Catalog = append(long, products...) })
	zipped := []string{"Accept-Encoding", "gzip, deflate, br, zstd"}
	for _, path := range []string{styleLink.FindStringSubmatch(f.see("/"))[1], "/api/products"} {
		answer, plain := f.do("GET", path, "")
		require.Empty(t, answer.Header.Get("Content-Encoding"))
		require.Contains(t, answer.Header.Values("Vary"), "Accept-Encoding")
		answer, packed := f.do("GET", path, "", zipped...)
		require.Equal(t, "gzip", answer.Header.Get("Content-Encoding"), path)
		require.Less(t, len(packed), len(plain))
		reader, err := gzip.NewReader(strings.NewReader(packed))
		require.NoError(t, err)
		unpacked, err := io.ReadAll(reader)
		require.NoError(t, err)
		require.Equal(t, plain, string(unpacked))
	}
	f.signUp()
	for _, path := range []string{"/", "/cart", "/checkout", "/account", "/api/cart", "/api/customer", "/sign-in"} {
		answer, _ := f.do("GET", path, "", zipped...)
		require.Equal(t, 200, answer.StatusCode)
		require.Empty(t, answer.Header.Get("Content-Encoding"), path)
	}
}

func TestRefusalsAreNotKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, accept := range []string{"application/json", htmlFirst} {
		for path, method := range map[string]string{"/no-such-page": "GET", "/api/products": "DELETE", "/assets/x": "GET"} {
			answer, _ := f.do(method, path, "", "Accept", accept)
			require.Equal(t, "no-store", answer.Header.Get("Cache-Control"), "%d %s", answer.StatusCode, path)
		}
		answer, _ := f.do("POST", "/cart/items", "sku=tee&quantity=1", "Sec-Fetch-Site", "cross-site", "Accept", accept)
		require.Equal(t, 403, answer.StatusCode)
		require.Equal(t, "no-store", answer.Header.Get("Cache-Control"))
	}
}

func TestAFormOfAnotherSiteIsRefusedWithAPage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.submit("/cart/items", "sku", "coat", "quantity", "2")
	answer, text := f.do("POST", "/cart/items", "sku=tee&quantity=1", "Sec-Fetch-Site", "cross-site", "Accept", htmlFirst,
		"Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, 403, answer.StatusCode)
	require.Equal(t, "text/html; charset=utf-8", answer.Header.Get("Content-Type"))
	require.Contains(t, text, "comes from another site")
	require.Empty(t, answer.Cookies())
	f.problem(403, "POST", "/api/cart/items", `{"sku":"tee","quantity":1}`, "Sec-Fetch-Site", "cross-site")
}
