package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/memory"
	"myclothes/app/ordertest"
	"myclothes/app/password"
	"myclothes/app/server/web"
	"myclothes/app/shop"
	"myclothes/app/throttle"
)

// accounts is a Customers in memory.
type accounts struct {
	mu     sync.Mutex
	byID   []shop.Customer
	hashes []string
	gone   map[int64]bool
	away   bool
}

func (a *accounts) CreateCustomer(_ context.Context, email, name, hash string) (shop.Customer, shop.Position, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.byID {
		if c.Email == email && !a.gone[c.ID] {
			return shop.Customer{}, 0, shop.Refuse(shop.ErrConflict, "taken")
		}
	}
	c := shop.Customer{ID: int64(len(a.byID) + 1), Email: email, Name: name}
	a.byID, a.hashes = append(a.byID, c), append(a.hashes, hash)
	return c, 1, nil
}

func (a *accounts) UpdateCustomer(_ context.Context, id int64, p shop.Profile) (shop.Customer, shop.Position, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.gone[id] {
		return shop.Customer{}, 0, shop.ErrUnauthenticated
	}
	c := &a.byID[id-1]
	c.Name, c.Address = p.Name, p.Address
	return *c, 2, nil
}

func (a *accounts) Customer(_ context.Context, id int64, _ shop.Position) (shop.Customer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.away {
		return shop.Customer{}, shop.ErrUnavailable
	}
	if a.gone[id] || id > int64(len(a.byID)) {
		return shop.Customer{}, shop.ErrUnauthenticated
	}
	return a.byID[id-1], nil
}

func (a *accounts) Login(_ context.Context, email string) (shop.Customer, string, shop.Position, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.away {
		return shop.Customer{}, "", 0, shop.ErrUnavailable
	}
	for i, c := range a.byID {
		if c.Email == email && !a.gone[c.ID] {
			return c, a.hashes[i], 1, nil
		}
	}
	return shop.Customer{}, "", 0, nil
}

func (a *accounts) SetPassword(_ context.Context, id int64, hash string) (shop.Position, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.away {
		return 0, shop.ErrUnavailable
	}
	if a.gone[id] {
		return 0, shop.ErrUnauthenticated
	}
	a.hashes[id-1] = hash
	return 3, nil
}

func (a *accounts) DeleteCustomer(_ context.Context, id int64) (shop.Position, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.away {
		return 0, shop.ErrUnavailable
	}
	if a.gone[id] {
		return 0, shop.ErrUnauthenticated
	}
	if a.gone == nil {
		a.gone = map[int64]bool{}
	}
	a.gone[id] = true
	return 4, nil
}

func (a *accounts) setAway(away bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.away = away
}

// sold is a Catalog.
type sold []shop.Product

func (s sold) Range(context.Context) (*shop.Range, error) { return shop.NewRange(s), nil }

func (s sold) Forget(context.Context) {}

var products = sold{
	{SKU: "tee", Name: "Tee", Category: "T-shirts", Colour: "#aabbcc", PriceCents: 1000},
	{SKU: "coat", Name: "Coat", Category: "Jackets", Colour: "#112233", PriceCents: 20000},
}

// fixture is the service on stores in memory, and a browser.
type fixture struct {
	*testing.T
	url       string
	config    Config
	browser   *http.Client
	admin     http.Handler
	customers *accounts
	orders    *ordertest.Ledger
	throttle  Throttle
	logs      *apptest.Log
}

func newFixture(t *testing.T, change ...func(*Config)) *fixture {
	t.Helper()
	cfg := testConfig()
	f := &fixture{T: t, customers: cfg.Customers.(*accounts), orders: cfg.Orders.(*ordertest.Ledger), logs: &apptest.Log{}}
	cfg.Log = slog.New(slog.NewJSONHandler(f.logs, nil))
	for _, c := range change {
		c(&cfg)
	}
	f.throttle, f.config = cfg.Throttle, cfg
	service := New(cfg)
	httpServer := httptest.NewServer(service)
	t.Cleanup(httpServer.Close)
	f.url, f.browser, f.admin = httpServer.URL, newBrowser(t), service.Admin
	return f
}

// operate asks what operators ask.
func (f *fixture) operate(path string) (status int, text string) {
	f.Helper()
	answer := httptest.NewRecorder()
	f.admin.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
	return answer.Code, answer.Body.String()
}

func (f *fixture) metrics() string {
	f.Helper()
	status, text := f.operate("/metrics")
	require.Equal(f, 200, status)
	return text
}

// cheap is the cost of a hash where tests are about something else.
var cheap = password.Cost{MemoryKiB: 8, Passes: 1}

// testConfig is a service on stores in memory.
func testConfig() Config {
	customers := &accounts{gone: map[int64]bool{}}
	return Config{
		InstanceID: "i-test", AvailabilityZone: "az-test", StoreName: "instance", SessionCookie: "sid", SessionTTL: time.Hour,
		Store: memory.NewStore(shop.Lifetimes{Idle: time.Hour}), Catalog: products, Customers: customers, Orders: newLedger(customers),
		Throttle: throttle.New(nil, 0), Passwords: password.NewHasher(cheap), Log: slog.New(slog.DiscardHandler),
	}
}

func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// do sends a request; header is name, value, name, value ….
func (f *fixture) do(method, path, content string, header ...string) (*http.Response, string) {
	f.Helper()
	request, err := http.NewRequest(method, f.url+path, strings.NewReader(content))
	require.NoError(f, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := f.browser.Do(request)
	require.NoError(f, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(f, err)
	require.Equal(f, "i-test", answer.Header.Get("X-Instance-Id"))
	require.Equal(f, "az-test", answer.Header.Get("X-Availability-Zone"))
	return answer, string(text)
}

// problem sends a request that must fail with the status, and returns the detail.
func (f *fixture) problem(status int, method, path, content string, header ...string) string {
	f.Helper()
	answer, text := f.do(method, path, content, header...)
	require.Equal(f, status, answer.StatusCode, text)
	require.Equal(f, "application/problem+json", answer.Header.Get("Content-Type"))
	var p web.Problem
	require.NoError(f, json.Unmarshal([]byte(text), &p))
	require.Equal(f, status, p.Status)
	require.Equal(f, http.StatusText(status), p.Title)
	require.NotEmpty(f, p.RequestID)
	return p.Detail
}

// json sends a request that must succeed with the status and document.
func (f *fixture) json(status int, want, method, path, content string) *http.Response {
	f.Helper()
	answer, text := f.do(method, path, content)
	require.Equal(f, status, answer.StatusCode, text)
	require.Equal(f, "application/json", answer.Header.Get("Content-Type"))
	require.JSONEq(f, want, text)
	return answer
}

func TestProductsAreListedAndFoundBySKU(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const tee = `{"sku":"tee","name":"Tee","category":"T-shirts","colour":"#aabbcc","description":"","priceCents":1000}`
	const coat = `{"sku":"coat","name":"Coat","category":"Jackets","colour":"#112233","description":"","priceCents":20000}`
	answer := f.json(200, `{"products":[`+tee+`,`+coat+`]}`, "GET", "/api/products", "")
	require.Empty(t, answer.Cookies(), "looking at products begins no session")
	f.json(200, tee, "GET", "/api/products/tee", "")
	require.Contains(t, f.problem(404, "GET", "/api/products/socks", ""), "no such product")
}

func TestCartContract(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cart := func(tee, coat, total string) string {
		items := ""
		if coat != "0" {
			items = `{"sku":"coat","name":"Coat","quantity":` + coat + `,"unitPriceCents":20000}`
		}
		if tee != "0" {
			if items != "" {
				items += ","
			}
			items += `{"sku":"tee","name":"Tee","quantity":` + tee + `,"unitPriceCents":1000}`
		}
		return `{"items":[` + items + `],"totalCents":` + total + `}`
	}
	f.json(200, cart("0", "0", "0"), "GET", "/api/cart", "")
	f.json(200, cart("2", "0", "2000"), "POST", "/api/cart/items", `{"sku":"tee","quantity":2}`)
	f.json(200, cart("3", "0", "3000"), "POST", "/api/cart/items", `{"sku":"tee","quantity":1}`)
	f.json(200, cart("3", "1", "23000"), "PUT", "/api/cart/items/coat", `{"quantity":1}`)
	f.json(200, cart("3", "1", "23000"), "GET", "/api/cart", "")
	f.json(200, cart("0", "1", "20000"), "PUT", "/api/cart/items/tee", `{"quantity":0}`)
	f.json(200, cart("0", "0", "0"), "DELETE", "/api/cart/items/coat", "")
	f.json(200, cart("1", "0", "1000"), "POST", "/api/cart/items", `{"sku":"tee","quantity":1}`)
	answer, _ := f.do("DELETE", "/api/cart", "")
	require.Equal(t, 204, answer.StatusCode)
	f.json(200, cart("0", "0", "0"), "GET", "/api/cart", "")
}

func TestCartRefusals(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, test := range []struct {
		status                     int
		method, path, body, detail string
	}{
		{404, "POST", "/api/cart/items", `{"sku":"socks","quantity":1}`, "no such product"},
		{404, "PUT", "/api/cart/items/socks", `{"quantity":1}`, "no such product"},
		{422, "POST", "/api/cart/items", `{"sku":"tee","quantity":0}`, "between 1 and 99"},
		{422, "POST", "/api/cart/items", `{"sku":"tee","quantity":100}`, "between 1 and 99"},
		{422, "POST", "/api/cart/items", `{"sku":"tee"}`, "quantity is 0"},
		{422, "PUT", "/api/cart/items/tee", `{"quantity":-1}`, "between 0"},
		{400, "PUT", "/api/cart/items/tee", `{}`, "quantity is missing"},
		{400, "POST", "/api/cart/items", ``, "empty"},
		{400, "POST", "/api/cart/items", `{`, "not the JSON object"},
		{400, "POST", "/api/cart/items", `{"sku":"tee","quantity":1}{}`, "nothing after it"},
		{400, "POST", "/api/cart/items", `{"sku":"tee","quantity":1,"price":1}`, `unknown field "price"`},
		{400, "POST", "/api/cart/items", `{"sku":1,"quantity":1}`, "sku must not be a number"},
		{400, "POST", "/api/cart/items", `{"sku":"tee","quantity":1e99}`, "quantity"},
		{413, "POST", "/api/cart/items", `{"sku":"` + strings.Repeat("x", web.MaxBody) + `"}`, "must not exceed"},
		{413, "POST", "/api/cart/items", `{"sku":"tee","quantity":1}` + strings.Repeat(" ", web.MaxBody), "must not exceed"},
	} {
		require.Contains(t, f.problem(test.status, test.method, test.path, test.body), test.detail, test.body)
	}
	f.problem(415, "POST", "/api/cart/items", `sku=tee`, "Content-Type", "application/x-www-form-urlencoded")
	f.json(200, `{"items":[],"totalCents":0}`, "GET", "/api/cart", "")

	f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":99}`)
	require.Contains(t, f.problem(422, "POST", "/api/cart/items", `{"sku":"tee","quantity":1}`), "at most 99")
}

func TestWhatNoRouteMatchesIsAProblem(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.problem(404, "GET", "/nothing/here", "")
	require.Contains(t, f.problem(405, "DELETE", "/api/products", ""), "GET")
	answer, _ := f.do("DELETE", "/api/products", "")
	require.Equal(t, "GET, HEAD", answer.Header.Get("Allow"))
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	answer, _ := f.do("GET", "/api/cart", "")
	require.Empty(t, answer.Cookies(), "an empty cart needs no session")

	answer, _ = f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":1}`)
	cookie := answer.Cookies()[0]
	require.Equal(t, "sid", cookie.Name)
	require.True(t, cookie.HttpOnly)
	require.False(t, cookie.Secure)
	require.Equal(t, "/", cookie.Path)
	require.Equal(t, 3600, cookie.MaxAge)
	require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)

	answer, _ = f.do("GET", "/api/cart", "")
	require.Empty(t, answer.Cookies(), "it was sent a moment ago")

	answer, _ = f.do("GET", "/api/products", "")
	require.Empty(t, answer.Cookies())
	f.browser = newBrowser(t)
	answer, _ = f.do("GET", "/api/cart", "", "Cookie", "sid=../../etc/passwd")
	require.Equal(t, 200, answer.StatusCode)
	require.Empty(t, answer.Cookies())
}

func TestSessionCookieOfAHostIsSecure(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.SessionCookie = "__Host-sid" })
	answer, _ := f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":1}`)
	cookie := answer.Cookies()[0]
	require.Equal(t, "__Host-sid", cookie.Name)
	require.True(t, cookie.Secure)
	require.Equal(t, "/", cookie.Path)
	require.Empty(t, cookie.Domain)
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.problem(401, "GET", "/api/customer", "")
	f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":2}`)
	const empty = `{"street":"","postalCode":"","city":"","country":""}`
	const home = `{"street":"1 Rue","postalCode":"75001","city":"Paris","country":"France"}`
	const signUp = `{"email":"Ada@Example.com","password":"correct horse","name":"Ada"}`
	ada := `{"email":"ada@example.com","name":"Ada","address":` + empty + `}`
	f.json(201, ada, "POST", "/api/customers", signUp)
	f.json(200, ada, "GET", "/api/customer", "")
	f.json(200, `{"email":"ada@example.com","name":"Ada L.","address":`+home+`}`, "PUT", "/api/customer", `{"name":"Ada L.","address":`+home+`}`)
	f.problem(409, "POST", "/api/customers", signUp)
	_, text := f.do("GET", "/api/cart", "")
	require.Contains(t, text, `"quantity":2`, "the guest's cart is kept")

	answer, _ := f.do("DELETE", "/api/session", "")
	require.Equal(t, 204, answer.StatusCode)
	f.problem(401, "GET", "/api/customer", "")

	wrong := f.problem(401, "POST", "/api/session", `{"email":"ada@example.com","password":"wrong horse"}`)
	unknown := f.problem(401, "POST", "/api/session", `{"email":"bob@example.com","password":"wrong horse"}`)
	require.Equal(t, wrong, unknown, "the answer does not tell whether there is an account")
	before := f.session()
	answer, _ = f.do("POST", "/api/session", `{"email":"ada@example.com","password":"correct horse"}`)
	require.Equal(t, 200, answer.StatusCode)
	require.NotEqual(t, before, f.session(), "signing in changes the session's identifier")
	_, text = f.do("GET", "/api/cart", "")
	require.Contains(t, text, `"quantity":2`)
}

// session is the value of the browser's session cookie.
func (f *fixture) session() string {
	f.Helper()
	request, err := http.NewRequest("GET", f.url, nil)
	require.NoError(f, err)
	for _, cookie := range f.browser.Jar.Cookies(request.URL) {
		if cookie.Name == "sid" {
			return cookie.Value
		}
	}
	return ""
}

func TestRequestsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.problem(403, "POST", "/api/cart/items", `{"sku":"tee","quantity":1}`, "Origin", "https://evil.example")
	f.problem(403, "POST", "/cart/items", "sku=tee&quantity=1", "Sec-Fetch-Site", "cross-site")
	answer, _ := f.do("GET", "/", "", "Sec-Fetch-Site", "cross-site")
	require.Equal(t, 200, answer.StatusCode, "links from other sites work")
}

func TestAStoreThatIsAwayIsAProblemThatPasses(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { cfg.Store = awayStore{} })
	for _, request := range [][3]string{
		{"GET", "/api/cart", ""}, {"POST", "/api/cart/items", `{"sku":"tee","quantity":1}`}, {"GET", "/api/customer", ""},
	} {
		f.problem(503, request[0], request[1], request[2])
		answer, _ := f.do(request[0], request[1], request[2])
		require.Equal(t, web.AwayRetryAfter, answer.Header.Get("Retry-After"))
	}
	answer, text := f.do("GET", "/", "")
	require.Equal(t, 200, answer.StatusCode, "the window is open")
	require.Contains(t, text, "Coat")
	answer, _ = f.do("GET", "/cart", "")
	require.Equal(t, 503, answer.StatusCode)
	require.Contains(t, answer.Header.Get("Content-Type"), "text/html")
	answer, _ = f.do("GET", "/healthz", "")
	require.Equal(t, 200, answer.StatusCode)
}

// awayStore is a store whose server is away.
type awayStore struct{ shop.SessionStore }

func (awayStore) Cart(context.Context, *shop.Session) (shop.Cart, error) {
	return shop.Cart{}, shop.ErrUnavailable
}

func (awayStore) Add(context.Context, *shop.Session, string, int) (shop.Cart, error) {
	return shop.Cart{}, shop.ErrUnavailable
}

func (awayStore) SignedIn(context.Context, *shop.Session) (shop.Identity, error) {
	return shop.Identity{}, shop.ErrUnavailable
}

func TestReadinessNamesWhatIsAway(t *testing.T) {
	t.Parallel()
	var away error
	f := newFixture(t, func(cfg *Config) {
		cfg.Checks = []Check{
			{"cache", func(context.Context) error { return nil }},
			{"database", func(context.Context) error { return away }},
		}
	})
	status, text := f.operate("/readyz")
	require.Equal(t, 200, status, text)
	away = errors.New("secret detail")
	status, text = f.operate("/readyz")
	require.Equal(t, 503, status)
	require.Contains(t, text, `"name":"database","status":"away"`)
	require.Contains(t, text, `"name":"cache","status":"up"`)
	require.NotContains(t, text, "secret detail")
}

func TestMetricsCountByRoutePattern(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.do("GET", "/api/products/tee", "")
	f.do("GET", "/api/products/coat", "")
	f.do("GET", "/nothing", "")
	text := f.metrics()
	require.Contains(t, text, `http_request_duration_seconds_count{code="200",route="GET /api/products/{sku}",store="instance"} 2`)
	require.Contains(t, text, `http_request_duration_seconds_count{code="404",route="none",store="instance"} 1`)
}

func TestMetricsShowTheOperationsOfTheStoreByOutcome(t *testing.T) {
	t.Parallel()
	count := func(f *fixture, operation, outcome string) string {
		text := f.metrics()
		name := `cart_store_operation_duration_seconds_count{operation="` + operation + `",outcome="` + outcome + `",store="instance"} `
		_, after, found := strings.Cut(text, name)
		require.True(t, found, name)
		value, _, _ := strings.Cut(after, "\n")
		return value
	}
	f := newFixture(t)
	require.Equal(t, "0", count(f, "ordered", "error"), "a series is there before anything happens")
	f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":99}`)
	f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":1}`)
	f.do("GET", "/api/cart", "")
	f.do("GET", "/cart", "")
	require.Equal(t, "1", count(f, "add", "ok"))
	require.Equal(t, "1", count(f, "add", "refused"))
	require.Equal(t, "2", count(f, "cart", "ok"))

	away := newFixture(t, func(cfg *Config) { cfg.Store = awayStore{} })
	away.do("GET", "/api/cart", "")
	require.Equal(t, "1", count(away, "cart", "unavailable"))
}

func TestAPanicIsAProblemAndIsLogged(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { cfg.Store = struct{ shop.SessionStore }{} })
	f.problem(500, "GET", "/api/cart", "")
	require.Contains(t, f.logs.String(), `"msg":"panic"`)
}
