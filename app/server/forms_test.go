package server

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAfterSigningInTheVisitorIsWhereTheyWantedToGo(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	f.do("POST", "/api/orders", "", "Idempotency-Key", "one")
	f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":1}`)
	for _, wanted := range []string{"/orders/1", "/orders", "/account", "/account?next=/checkout", "/account/password", "/account/delete", "/checkout"} {
		f.submit("/sign-out")
		answer, _ := f.do("GET", wanted, "")
		require.Equal(t, http.StatusSeeOther, answer.StatusCode)
		way := answer.Header.Get("Location")
		hidden := regexp.MustCompile(`name="next" value="([^"]+)"`).FindStringSubmatch(f.see(way))
		require.Len(t, hidden, 2, way)
		answer, _ = f.submit("/sign-in", "email", "ada@example.com", "password", "correct horse", "next", html.UnescapeString(hidden[1]))
		require.Equal(t, http.StatusSeeOther, answer.StatusCode)
		to, err := url.QueryUnescape(answer.Header.Get("Location"))
		require.NoError(t, err)
		require.Equal(t, wanted, to)
		f.see(answer.Header.Get("Location"))
	}
	f.submit("/sign-out")
	for form, page := range map[string]string{"/orders": "/checkout", "/account": "/account", "/account/password": "/account/password", "/account/delete": "/account/delete"} {
		answer, _ := f.submit(form, "key", "x", "name", "x", "newPassword", "battery staple")
		requireRedirect(t, answer, "/sign-in?"+url.Values{"next": {page}}.Encode())
	}
}

func TestFormsSendNobodyToAnotherSite(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.signUp()
	for _, elsewhere := range []string{
		"https://evil.example", "//evil.example", "//evil.example/orders", "///evil.example/orders", "/checkout/../..", `/\evil.example`,
		`\\evil.example`, "/sign-out", "/orders/1/../../evil", "/orders/%2e%2e", "/orders//evil.example", "/orders/x", "javascript:alert(1)",
		"https:/orders", "https:orders", "/orders@evil.example", "//evil.example@/orders", "\t/orders", "/orders\n", "/orders#//evil", "/%2f/evil.example",
		"/api/cart", "/healthz", "http://[::1", "/account?next=%zz",
	} {
		answer, _ := f.submit("/sign-in", "email", "ada@example.com", "password", "correct horse", "next", elsewhere)
		requireRedirect(t, answer, "/account")
		require.NotContains(t, f.see("/sign-in?"+url.Values{"next": {elsewhere}}.Encode()), "evil")
	}
	answer, _ := f.submit("/account", "name", "Ada", "next", "/account?next=//evil.example")
	require.Equal(t, "/account?next=%2F%2Fevil.example", answer.Header.Get("Location"))
	require.NotContains(t, f.see("/account?next=//evil.example"), "evil")
}

func FuzzNextStaysInTheShop(f *testing.F) {
	for _, seed := range []string{"/orders/1", "//evil.example", "/?q=%2f%2fevil", `/\evil`, "https:/cart"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, wanted string) {
		form := url.Values{"next": {wanted}}.Encode()
		request := httptest.NewRequest("POST", "/sign-in", strings.NewReader(form))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		to := next(request, "/otherwise")
		base := &url.URL{Scheme: "https", Host: "shop.example", Path: "/sign-in"}
		resolved, err := base.Parse(to)
		if err != nil || resolved.Host != "shop.example" || resolved.Scheme != "https" || resolved.User != nil {
			t.Fatalf("%q leads to %q", wanted, to)
		}
		if strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t ") {
			t.Fatalf("a browser may read %q as another site's", to)
		}
	})
}

func TestAPageThatReportsAnErrorSaysSoInItsTitle(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	require.Contains(t, f.see("/sign-in"), "<title>Sign in · MyClothes</title>")
	_, text := f.submit("/sign-in", "email", "ada@example.com", "password", "wrong horse")
	require.Contains(t, text, "<title>Error: Sign in · MyClothes</title>")
	_, text = f.do("GET", "/no-such-page", "", "Accept", htmlFirst)
	require.Contains(t, text, "<title>Error: Not Found · MyClothes</title>")
}

func TestAFormSaysWhichFieldIsAtFault(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	signUp := map[string][2]string{
		"email": {"nonsense", "correct horse"}, "password": {"ada@example.com", "short"},
	}
	for field, filled := range signUp {
		_, text := f.submit("/sign-up", "name", "Ada", "email", filled[0], "password", filled[1])
		requireAtFault(t, text, field)
	}
	_, text := f.submit("/sign-up", "name", " ", "email", "ada@example.com", "password", "correct horse")
	requireAtFault(t, text, "name")
	_, text = f.submit("/sign-in", "email", "ada@example.com", "password", "wrong horse")
	requireAtFault(t, text, "email", "password")
	f.signUp()
	_, text = f.submit("/account", "name", "Ada", "postalCode", strings.Repeat("7", 101))
	requireAtFault(t, text, "postalCode")
	require.NotContains(t, f.see("/account"), "aria-invalid")
}

// requireAtFault wants just these fields marked, and described by the message.
func requireAtFault(t *testing.T, text string, fields ...string) {
	t.Helper()
	for _, field := range fields {
		require.Regexp(t, `<input[^>]* name="`+field+`"[^>]* aria-invalid="true" aria-describedby="message"`, text)
	}
	require.Equal(t, len(fields), strings.Count(text, "aria-invalid"))
	require.Contains(t, text, `id="message"`)
}
