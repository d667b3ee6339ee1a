package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
)

// shopInBrowser goes the whole way from the window to the order, at a desk and on a phone.
func (c *cloud) shopInBrowser(t *testing.T) {
	in := c.boot(t, "i-one")
	for _, width := range []int64{desk, phone} {
		t.Run(fmt.Sprint(width, " pixels"), func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, in.url, width)
			b.fillCart()
			b.becomeCustomer(fmt.Sprintf("shopper-%d@example.com", width))
			b.checkOut()
			b.leave()
			b.comeFromElsewhere()
		})
	}
}

func (b *browser) fillCart() {
	b.Helper()
	require.EqualValues(b, 200, b.open("/"))
	b.look("shop")
	b.fill("input[name=q]", "oxford")
	require.EqualValues(b, 200, b.press(".search button"))
	require.Contains(b, b.text("main"), "2 found for “oxford”")
	require.EqualValues(b, 200, b.press("#shirt-oxford-sky button"))
	require.Equal(b, "In your cart. See it", b.text(".added"))
	b.look("search")
	require.EqualValues(b, 200, b.press(".categories a[href*=Jackets]"))
	b.press(`p[role=status] a`)
	require.EqualValues(b, 200, b.press("#coat-wool-camel button"))
	require.EqualValues(b, 200, b.press(".added a"))
	b.fill("#main li:first-child input[type=number]", "3")
	require.EqualValues(b, 200, b.press("#main li:first-child button"))
	require.Contains(b, b.text("main"), "Total € 816.00", "three coats and a shirt")
	b.look("cart")
}

func (b *browser) becomeCustomer(email string) {
	b.Helper()
	require.EqualValues(b, 200, b.press(`a[href="/checkout"]`))
	require.Equal(b, "/sign-in?next=%2Fcheckout", b.path())
	b.fill("input[name=email]", email, "input[name=password]", "not mine")
	require.EqualValues(b, 401, b.press("main button"))
	require.Contains(b, b.text("[role=alert]"), "do not belong together")
	require.Equal(b, "Error: Sign in · MyClothes", b.title())
	b.look("sign-in")
	b.press(`main a[href^="/sign-up"]`)
	b.look("sign-up")
	b.fill("input[name=name]", "Ada Lovelace", "input[name=email]", email, "input[name=password]", "correct horse")
	require.EqualValues(b, 200, b.press("main button"))
	require.Contains(b, b.text("main"), "Your address is not complete yet")
	b.press(`main a[href^="/account"]`)
	b.fill("input[name=street]", "12 St James's Square", "input[name=postalCode]", "SW1Y 4JH", "input[name=city]", "London", "input[name=country]", "United Kingdom")
	b.look("account")
	require.EqualValues(b, 200, b.press("main button"))
}

func (b *browser) checkOut() {
	b.Helper()
	require.Equal(b, "/checkout", b.path())
	require.Equal(b, "4\npieces", b.text("header .count"))
	b.look("checkout")
	require.EqualValues(b, 200, b.press(`form[action="/orders"] button`))
	require.Contains(b, b.text("main"), "€ 816.00")
	require.Contains(b, b.text("address"), "London")
	b.look("order")
	b.press(`main a[href="/orders"]`)
	require.Contains(b, b.text("main"), "€ 816.00")
	b.look("orders")
	b.press(`header a[href="/cart"]`)
	require.Contains(b, b.text("main"), "It is empty")
	b.look("cart-empty")
	require.EqualValues(b, 404, b.open("/orders/999999"))
	b.look("error")
	require.EqualValues(b, 404, b.open("/no-such-page"))
	require.Contains(b, b.text("main"), "back to the shop")
}

// leave changes the password, comes back to the order it wanted to see, and deletes the account.
func (b *browser) leave() {
	b.Helper()
	b.open("/account")
	b.press(`main a[href="/account/password"]`)
	b.fill("input[name=currentPassword]", "wrong horse", "input[name=newPassword]", "battery staple")
	require.EqualValues(b, 401, b.press("main button"))
	b.look("password")
	b.fill("input[name=currentPassword]", "correct horse", "input[name=newPassword]", "battery staple")
	require.EqualValues(b, 200, b.press("main button"))
	require.Contains(b, b.text("[role=status]"), "Your password is changed")
	b.look("account-changed")
	b.press(`header a[href="/orders"]`)
	order := b.href(`main a[href^="/orders/"]`)
	b.press(`header a[href="/account"]`)
	b.press(`form[action="/sign-out"] button`)
	b.open(order)
	b.fill("input[name=email]", fmt.Sprintf("shopper-%d@example.com", b.width), "input[name=password]", "battery staple")
	require.EqualValues(b, 200, b.press("main button"))
	require.Equal(b, order, b.path())
	b.open("/account/delete")
	b.look("delete")
	b.fill("input[name=password]", "battery staple")
	require.EqualValues(b, 200, b.press("main button"))
	require.Contains(b, b.text("main"), "Your account is deleted")
	b.look("deleted")
}

// comeFromElsewhere sends a form from another site.
func (b *browser) comeFromElsewhere() {
	b.Helper()
	page := `<!DOCTYPE html><form method="post" action="` + b.base + `/cart/items"><button>Win</button></form>`
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, page)
	}))
	b.Cleanup(elsewhere.Close)
	_, err := chromedp.Run(b.tab, chromedp.NavigateResponse(elsewhere.URL))
	require.NoError(b, err)
	require.EqualValues(b, 403, b.press("button"))
	require.Contains(b, b.text("main"), "comes from another site")
	b.look("forbidden")
}

// seeWithdrawn has something withdrawn from sale that is in carts.
func (c *cloud) seeWithdrawn(t *testing.T) {
	c.boot(t, "i-before") // which makes the tables
	c.writer.Exec("myclothes", `insert into products (position, sku, category, name, colour, price_cents, description)
		values (1, 'tee-last', 'T-shirts', 'Heavy tee, the last', '#e9e1d0', 2900, 'Soon gone.')`)
	in := c.boot(t, "i-one") // which makes everybody forget what was sold
	newVisitor(t).until(200, in, "GET", "/api/products/tee-last", "")
	var browsers []*browser
	for _, width := range []int64{desk, phone} {
		b := newBrowser(t, in.url, width)
		b.open("/")
		b.press("#tee-last button")
		b.press("#tee-navy button")
		require.Equal(t, "2\npieces", b.text("header .count"))
		browsers = append(browsers, b)
	}
	c.writer.Exec("myclothes", "delete from products where sku = 'tee-last'")
	c.boot(t, "i-two")
	newVisitor(t).until(404, in, "GET", "/api/products/tee-last", "")
	for _, b := range browsers {
		b.open("/cart")
		require.Contains(t, b.text("main"), "no longer available")
		require.Contains(t, b.text("main"), "Total € 29.00")
		b.look("cart-withdrawn")
		require.EqualValues(t, 200, b.press(".withdrawn button"))
		require.NotContains(t, b.text("main"), "no longer available")
		require.EqualValues(t, 200, b.press(`a[href="/checkout"]`))
	}
}

// shopByKeyboard buys without a mouse.
func (c *cloud) shopByKeyboard(t *testing.T) {
	in := c.boot(t, "i-one")
	b := newBrowser(t, in.url, desk)
	b.open("/")
	b.do(chromedp.KeyEvent(kb.Tab))
	require.Equal(t, "Skip to the content", b.focused())
	b.look("keyboard")
	b.do(chromedp.KeyEvent(kb.Enter))
	require.Equal(t, "/#main", b.path())
	b.tabTo("Search")
	b.do(chromedp.KeyEvent("denim"))
	b.leadsOn(chromedp.KeyEvent(kb.Enter))
	b.tabTo("Add Straight jeans, black to cart")
	b.leadsOn(chromedp.KeyEvent(kb.Enter))
	b.tabTo("See it")
	b.leadsOn(chromedp.KeyEvent(kb.Enter))
	b.tabTo("Check out")
	b.leadsOn(chromedp.KeyEvent(kb.Enter))
	b.tabTo("Create an account")
	b.leadsOn(chromedp.KeyEvent(kb.Enter))
	b.tabTo("Name")
	b.do(chromedp.KeyEvent("Bo"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("bo@example.com"),
		chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("correct horse"))
	b.leadsOn(chromedp.KeyEvent(kb.Enter))
	b.tabTo("Complete it")
	b.leadsOn(chromedp.KeyEvent(kb.Enter))
	b.tabTo("Street and number")
	for _, line := range []string{"1 Rue", "75001", "Paris", "France"} {
		b.do(chromedp.KeyEvent(line), chromedp.KeyEvent(kb.Tab))
	}
	require.Equal(t, "Save", b.focused())
	b.leadsOn(chromedp.KeyEvent(kb.Enter))
	b.tabTo("Order for € 95.00")
	b.leadsOn(chromedp.KeyEvent(kb.Enter))
	require.Contains(t, b.text("main"), "Straight jeans, black")
	require.True(t, strings.HasPrefix(b.path(), "/orders/"))
}

// focused is what the element with the focus is called.
func (b *browser) focused() string {
	b.Helper()
	name, err := chromedp.Run(b.tab, chromedp.Evaluate[string](
		`(e => (e.labels?.[0]?.textContent ?? e.ariaLabel ?? e.textContent).replace(/\s+/g, " ").trim())(document.activeElement)`))
	require.NoError(b, err)
	return name
}

// tabTo presses Tab until something is focused whose name begins so.
func (b *browser) tabTo(name string) {
	b.Helper()
	var passed []string
	for range 60 {
		b.do(chromedp.KeyEvent(kb.Tab))
		at := b.focused()
		if strings.HasPrefix(at, name) {
			return
		}
		passed = append(passed, at)
	}
	require.Fail(b, "not reached with Tab: "+name, "%q", passed)
}

// seeRungs has the footer tell the rungs apart: only in the cookie do carts grow.
func (c *cloud) seeRungs(t *testing.T) {
	table := apptest.StartDynamoDB(t)
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", table.URL)
	rungs := map[string]struct {
		change []string
		number string
		grows  bool
	}{
		"instance":    {nil, "1", false},
		"cookie":      {[]string{"CART_COOKIE_SECRET", c.keysARN}, "3", true},
		"elasticache": {nil, "4", false},
		"dynamodb":    {[]string{"CART_TABLE", apptest.Table}, "4", false},
	}
	for store, rung := range rungs {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			in := c.boot(t, "i-"+store, append(rung.change, "CART_STORE", store)...)
			b := newBrowser(t, in.url, phone)
			b.open("/")
			require.Contains(t, b.text("footer"), "rung "+rung.number+" · "+store)
			require.Contains(t, b.text("footer"), "0\u00a0bytes of cookies")
			var sizes []int
			for _, sku := range []string{"tee-ecru", "shirt-oxford-white", "coat-wool-camel"} {
				b.press("#" + sku + " button")
				sizes = append(sizes, b.cookieBytes())
			}
			require.Positive(t, sizes[0])
			require.Equal(t, rung.grows, sizes[2] > sizes[0], "%v", sizes)
			b.look("rung-" + store)
		})
	}
}

// cookieBytes is what the footer says.
func (b *browser) cookieBytes() (size int) {
	b.Helper()
	parts := strings.Split(b.text("footer"), " · ")
	_, err := fmt.Sscanf(parts[len(parts)-1], "%d\u00a0bytes of cookies", &size)
	require.NoError(b, err)
	return size
}

// browseSecurely puts HTTPS before the instance, as the load balancer does with a certificate.
func (c *cloud) browseSecurely(t *testing.T) {
	in := c.boot(t, "i-one", "CART_SESSION_COOKIE", "__Host-myclothes_session")
	target, err := url.Parse(in.url)
	require.NoError(t, err)
	front := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}})
	t.Cleanup(front.Close)
	b := newBrowser(t, front.URL, desk)
	b.open("/")
	b.press("#tee-ecru button")
	cookies := b.cookies()
	require.Len(t, cookies, 1)
	cookie := cookies[0]
	require.Equal(t, "__Host-myclothes_session", cookie.Name)
	require.True(t, cookie.Secure && cookie.HTTPOnly)
	require.Equal(t, network.CookieSameSiteLax, cookie.SameSite)
	require.Equal(t, "127.0.0.1", cookie.Domain)
	b.press(".added a")
	require.Contains(t, b.text("main"), "Heavy tee, ecru")
}
