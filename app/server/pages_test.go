package server

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/memory"
	"myclothes/app/shop"
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

const twoPieces = `Cart <span class="count">2<span class="spoken"> pieces</span></span></a>`

func TestEveryPageSaysHowManyPiecesAreInTheCart(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	require.NotContains(t, f.see("/"), `class="count"`, "nothing is in it")
	f.signUp()
	for _, path := range []string{"/", "/cart", "/checkout", "/account", "/account/password", "/account/delete", "/orders", "/sign-in", "/sign-up"} {
		require.Contains(t, f.see(path), twoPieces, path)
	}
	for _, path := range []string{"/orders/7", "/no-such-page"} {
		answer, text := f.do("GET", path, "", "Accept", htmlFirst)
		require.Equal(t, 404, answer.StatusCode)
		require.Contains(t, text, twoPieces, path)
	}
	_, text := f.submit("/sign-in", "email", "ada@example.com", "password", "wrong horse")
	require.Contains(t, text, twoPieces, "a form that is shown again")
	f.do("DELETE", "/api/cart", "")
	require.NotContains(t, f.see("/account"), `class="count"`)
}

// counted counts how often carts are read.
type counted struct {
	shop.SessionStore
	reads atomic.Int32
}

func (s *counted) Cart(ctx context.Context, session *shop.Session) (shop.Cart, error) {
	s.reads.Add(1)
	return s.SessionStore.Cart(ctx, session)
}

func TestAPageReadsTheCartOnce(t *testing.T) {
	t.Parallel()
	store := &counted{SessionStore: memory.NewStore(shop.Lifetimes{Idle: time.Hour})}
	f := newFixture(t, func(c *Config) { c.Store = store })
	f.signUp()
	for _, path := range []string{"/", "/cart", "/checkout", "/account", "/orders"} {
		before := store.reads.Load()
		f.see(path)
		require.EqualValues(t, 1, store.reads.Load()-before, path)
	}
}

// hung is a store whose cache does not answer: it waits until the caller gives up, and remembers when that was to be.
type hung struct {
	shop.SessionStore
	until atomic.Pointer[time.Time]
}

func (s *hung) Cart(ctx context.Context, _ *shop.Session) (shop.Cart, error) {
	if until, ok := ctx.Deadline(); ok {
		s.until.Store(&until)
	}
	<-ctx.Done()
	return shop.Cart{}, fmt.Errorf("%w: %w", shop.ErrUnavailable, ctx.Err())
}

func TestTheWindowDoesNotWaitForCartsThatHang(t *testing.T) {
	t.Parallel()
	store := &hung{}
	f := newFixture(t, func(c *Config) { c.Store = store })
	before := time.Now()
	require.Contains(t, f.see("/"), "Coat")
	require.WithinRange(t, *store.until.Load(), before, time.Now().Add(200*time.Millisecond))
}

func TestButtonsThatLookAlikeAreCalledDifferently(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, sku := range []string{"tee", "coat"} {
		f.submit("/cart/items", "sku", sku, "quantity", "1")
	}
	page := f.see("/cart")
	for _, name := range []string{"Tee", "Coat"} {
		require.Contains(t, page, `Update<span class="spoken"> the quantity of `+name+`</span></button>`)
	}
}

func TestPicturesAreSilentBecauseTheNameStandsBesideThem(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.see("/")
	require.Equal(t, 2, strings.Count(page, `<svg class="picture" viewBox="0 0 120 120" aria-hidden="true">`))
	require.NotContains(t, page, `role="img"`)
}

// void are the elements without an end tag.
var void = []string{"meta", "link", "input", "br"}

// requireClosed wants every element closed by its own end tag, in order.
func requireClosed(t *testing.T, page string) {
	t.Helper()
	var open []string
	for _, tag := range regexp.MustCompile(`<(/?)([a-z0-9]+)[^>]*?(/?)>`).FindAllStringSubmatch(page, -1) {
		switch name := tag[2]; {
		case tag[3] == "/" || slices.Contains(void, name):
		case tag[1] == "":
			open = append(open, name)
		default:
			require.NotEmpty(t, open, "</%s>", name)
			require.Equal(t, open[len(open)-1], name, "closes %q", open)
			open = open[:len(open)-1]
		}
	}
	require.Empty(t, open)
}

func TestEveryElementIsClosed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":2}`)
	f.submit("/sign-up", "name", "Ada", "email", "ada@example.com", "password", "correct horse")
	requireClosed(t, f.see("/checkout")) // without an address
	f.giveAddress()
	for _, path := range []string{"/", "/?q=tee&added=tee", "/cart", "/checkout", "/sign-in", "/sign-up", "/account", "/account/password", "/account/delete", "/orders"} {
		requireClosed(t, f.see(path))
	}
	f.submit("/orders", "key", f.keyShown())
	for _, path := range []string{"/orders", "/orders/1", "/cart"} {
		requireClosed(t, f.see(path))
	}
}
