package server

import (
	"fmt"
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
	require.Contains(t, page, `<span class="count">2<span class="spoken"> pieces</span></span>`)
	require.NotContains(t, page, `id="tee"`, "only the category is shown")
	answer, _ = f.submit("/cart/items", "sku", "coat", "quantity", "1", "q", " warm  &c")
	requireRedirect(t, answer, "/?added=coat&q=warm+%26c#coat")
	answer, _ = f.submit("/cart/items/coat", "quantity", "2")
	requireRedirect(t, answer, "/cart")

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

func TestAVisitorFindsProductsByTheirWords(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) {
		cfg.Catalog = sold{
			{SKU: "tee", Name: "Heavy tee, navy", Category: "T-shirts", Description: "Dense cotton.", Colour: "#aabbcc", PriceCents: 1000},
			{SKU: "coat", Name: "Wool coat", Category: "Jackets", Description: "Navy lining.", Colour: "#112233", PriceCents: 20000},
		}
	})
	for query, want := range map[string][]string{
		"q=NAVY":                  {"tee", "coat"},
		"q=navy+tee":              {"tee"},
		"q=wool++lining":          {"coat"},
		"q=navy&category=Jackets": {"coat"},
		"q=silk":                  {},
		"q=%ff%3Cb%3E":            {},
		"q=":                      {"tee", "coat"},
	} {
		page := f.see("/?" + query)
		require.Equal(t, len(want), strings.Count(page, "<li id="), query)
		for _, sku := range want {
			require.Contains(t, page, `<li id="`+sku+`"`, query)
		}
		require.NotContains(t, page, "<b>")
	}
	require.Contains(t, f.see("/?q=silk"), "0 found for")
}

func TestTheFooterSaysHowLargeTheCookiesAre(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	require.Contains(t, f.see("/cart"), " · 0&nbsp;bytes of cookies")
	f.submit("/cart/items", "sku", "tee", "quantity", "1")
	base, err := url.Parse(f.url)
	require.NoError(t, err)
	sent := f.browser.Jar.Cookies(base)
	require.Len(t, sent, 1)
	require.Contains(t, f.see("/cart"), fmt.Sprintf(" · %d&nbsp;bytes of cookies", len(sent[0].String())))
}

func TestABrowserThatIsLostGetsAPage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	answer, text := f.do("GET", "/no-such-page", "", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	require.Equal(t, 404, answer.StatusCode)
	require.Contains(t, text, "<h1>Not Found</h1>")
	require.NotContains(t, text, "Try again")
	f.problem(404, "GET", "/no-such-page", "")
}

func TestAPageThatFailsMayBeAskedForAgainAndAFormMayNot(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { cfg.Store = awayStore{} })
	answer, text := f.do("GET", "/cart", "")
	require.Equal(t, 503, answer.StatusCode)
	require.Contains(t, text, `<a href="/cart">Try again</a>`)
	answer, text = f.submit("/cart/items", "sku", "tee", "quantity", "1")
	require.Equal(t, 503, answer.StatusCode)
	require.NotContains(t, text, "Try again")
}
