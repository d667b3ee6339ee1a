package server

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// submit sends a form, as a browser without JavaScript does.
func (f *fixture) submit(path string, fields ...string) (*http.Response, string) {
	f.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return f.do("POST", path, form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// see asks for a page and returns its text.
func (f *fixture) see(path string) string {
	f.Helper()
	answer, text := f.do("GET", path, "")
	require.Equal(f, 200, answer.StatusCode, text)
	require.Equal(f, "text/html; charset=utf-8", answer.Header.Get("Content-Type"))
	require.Contains(f, answer.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Contains(f, text, "i-test · az-test · rung 1")
	require.NotContains(f, text, "<script")
	require.NotContains(f, text, "ZgotmplZ")
	return text
}

func requireRedirect(t *testing.T, answer *http.Response, to string) {
	t.Helper()
	require.Equal(t, http.StatusSeeOther, answer.StatusCode)
	require.Equal(t, to, answer.Header.Get("Location"))
}

func TestACartIsFilledWithoutJavaScript(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.see("/")
	require.Contains(t, page, "€ 200.00")
	require.Equal(t, 2, strings.Count(page, "<svg"))

	answer, _ := f.submit("/cart/items", "sku", "coat", "quantity", "2", "category", "Jackets")
	requireRedirect(t, answer, "/?added=coat&category=Jackets#coat")
	page = f.see("/?added=coat&category=Jackets")
	require.Contains(t, page, "In your cart")
	require.Contains(t, page, `<span class="count">2</span>`)
	require.NotContains(t, page, `id="tee"`, "only the category is shown")

	require.Contains(t, f.see("/cart"), "€ 400.00")
	answer, _ = f.submit("/cart/items/coat", "quantity", "3")
	requireRedirect(t, answer, "/cart")
	require.Contains(t, f.see("/cart"), "€ 600.00")
	answer, _ = f.submit("/cart/items/coat", "quantity", "0")
	requireRedirect(t, answer, "/cart")
	require.Contains(t, f.see("/cart"), "It is empty")
}

func TestPagesExplainWhatIsWrong(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	answer, text := f.submit("/cart/items", "sku", "coat", "quantity", "many")
	require.Equal(t, 422, answer.StatusCode)
	require.Contains(t, text, "must be a number")
	answer, text = f.submit("/sign-up", "name", "<b>Ada</b>", "email", "ada@example.com", "password", "short")
	require.Equal(t, 422, answer.StatusCode)
	require.Contains(t, text, "at least 8 characters")
	require.Contains(t, text, "&lt;b&gt;Ada", "what was typed is shown again, escaped")
	require.NotContains(t, text, `value="short"`)
	answer, text = f.submit("/sign-in", "email", "ada@example.com", "password", "wrong horse")
	require.Equal(t, 401, answer.StatusCode)
	require.Contains(t, text, "do not belong together")
}

func TestAnAccountIsKeptWithoutJavaScript(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	answer, _ := f.do("GET", "/account", "")
	requireRedirect(t, answer, "/sign-in?next=%2Faccount")
	f.see("/sign-in")
	f.see("/sign-up")
	answer, _ = f.submit("/sign-up", "name", "Ada", "email", "ada@example.com", "password", "correct horse")
	requireRedirect(t, answer, "/account")
	require.Contains(t, f.see("/account"), "ada@example.com")
	answer, _ = f.submit("/account", "name", "Ada L.", "city", "Paris")
	requireRedirect(t, answer, "/account")
	require.Contains(t, f.see("/account"), `value="Paris"`)
	answer, _ = f.submit("/sign-out")
	requireRedirect(t, answer, "/")
	answer, _ = f.submit("/account", "name", "Eve")
	requireRedirect(t, answer, "/sign-in?next=%2Faccount")
	answer, _ = f.submit("/sign-in", "email", "ADA@example.com", "password", "correct horse")
	requireRedirect(t, answer, "/account")
	require.Contains(t, f.see("/account"), "Ada L.")
}

func TestTheStyleSheetIsServed(t *testing.T) {
	t.Parallel()
	answer, text := newFixture(t).do("GET", "/style.css", "")
	require.Equal(t, 200, answer.StatusCode)
	require.Contains(t, answer.Header.Get("Content-Type"), "text/css")
	require.Contains(t, text, ".products")
}

func TestTheFooterNamesTheRungThatTheRequestIsServedOn(t *testing.T) {
	t.Parallel()
	for cookie, want := range map[string]string{
		"":              "1 · instance · stickiness none",
		"AWSALB":        "2 · instance · stickiness lb_cookie",
		"AWSALBAPP-0":   "2 · instance · stickiness app_cookie",
		"AWSALBUNKNOWN": "1 · instance · stickiness none",
	} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		if cookie != "" {
			request.AddCookie(&http.Cookie{Name: cookie, Value: "x"})
		}
		require.Equal(t, want, (&server{Config: Config{StoreName: "instance"}}).rung(request))
	}
}
