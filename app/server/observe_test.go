package server

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

// slowStore answers when the visitor has gone.
type slowStore struct {
	shop.SessionStore
	asked chan struct{}
}

func (s slowStore) Cart(ctx context.Context, _ *shop.Session) (shop.Cart, error) {
	close(s.asked)
	<-ctx.Done()
	return shop.Cart{}, ctx.Err()
}

func TestAVisitorWhoGoesAwayIsNoFailure(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	f := newFixture(t, func(cfg *Config) { cfg.Store = slowStore{cfg.Store, asked} })
	ctx, leave := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "GET", f.url+"/api/cart", nil)
	require.NoError(t, err)
	go func() {
		<-asked
		leave()
	}()
	_, err = f.browser.Do(request)
	require.ErrorIs(t, err, context.Canceled)
	metrics := ""
	apptest.Eventually(t, func() bool {
		metrics = f.metrics()
		return strings.Contains(metrics, `http_request_duration_seconds_count{code="499",route="GET /api/cart",store="instance"} 1`)
	}, "the request is counted as cancelled")
	require.NotContains(t, metrics, `code="503"`)
	require.Contains(t, metrics, `cart_store_operation_duration_seconds_count{operation="cart",outcome="cancelled",store="instance"} 1`)
}

// lines are what was logged with this message.
func (f *fixture) lines(message string) (lines []map[string]any) {
	f.Helper()
	for text := range strings.Lines(f.logs.String()) {
		var line map[string]any
		require.NoError(f, json.Unmarshal([]byte(text), &line))
		if line["msg"] == message {
			lines = append(lines, line)
		}
	}
	return lines
}

// awayCatalog is a catalog whose database is away.
type awayCatalog struct{ sold }

func (awayCatalog) Range(context.Context) (*shop.Range, error) { return nil, shop.ErrUnavailable }

func TestAFailureIsOneLineOfTheLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cfg := f.config
	cfg.Store, cfg.Catalog = awayStore{}, awayCatalog{}
	service := New(cfg)
	for _, path := range []string{"/api/cart", "/cart", "/api/products"} {
		request := httptest.NewRequest("GET", path, nil)
		request.Header.Set("Accept-Encoding", "gzip")
		service.ServeHTTP(httptest.NewRecorder(), request)
	}
	require.Len(t, f.lines("request"), strings.Count(f.logs.String(), "\n"))
	require.Len(t, f.lines("request"), 3)
	for _, line := range f.lines("request") {
		require.Equal(t, "ERROR", line["level"])
		require.Contains(t, line["error"], shop.ErrUnavailable.Error())
		require.Contains(t, line, "ms")
	}
}

func TestOrdersCartChangesAndSignInsAreCountedWithTheReleaseBeside(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(cfg *Config) { cfg.Release = "abc123" })
	text := f.metrics()
	require.Contains(t, text, `cart_build_info{goversion="`+runtime.Version()+`",release="abc123",store="instance"} 1`)
	require.Contains(t, text, "\norders_total 0\n")
	require.Contains(t, text, `sign_ins_total{result="refused"} 0`)

	f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":1}`)
	f.do("POST", "/api/cart/items", `{"sku":"tee","quantity":99}`)
	f.do("PUT", "/api/cart/items/tee", `{"quantity":2}`)
	f.do("POST", "/api/customers", `{"email":"ada@example.com","password":"correct horse","name":"Ada"}`)
	f.do("POST", "/api/session", `{"email":"ada@example.com","password":"correct horse"}`)
	f.do("POST", "/api/session", `{"email":"ada@example.com","password":"wrong horse"}`)
	f.do("POST", "/sign-in", "email=ada@example.com&password=wrong+horse", "Content-Type", "application/x-www-form-urlencoded")
	f.do("POST", "/sign-in", "email=ada@example.com&password=correct+horse", "Content-Type", "application/x-www-form-urlencoded")
	f.do("PUT", "/api/customer", `{"name":"Ada","address":{"street":"1 Rue","postalCode":"75001","city":"Paris","country":"France"}}`)
	for range 2 {
		f.do("POST", "/api/orders", "", "Idempotency-Key", "one")
	}
	text = f.metrics()
	for _, line := range []string{
		`cart_changes_total{change="add"} 1`, `cart_changes_total{change="set"} 1`, `orders_total 1`,
		`sign_ins_total{result="success"} 2`, `sign_ins_total{result="refused"} 2`,
	} {
		require.Contains(t, text, "\n"+line+"\n")
	}
}

func TestVisitorsDoNotSeeWhatIsForOperators(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, path := range []string{"/metrics", "/readyz", "/debug/pprof/", "/debug/pprof/profile"} {
		answer, _ := f.do("GET", path, "")
		require.Equal(t, 404, answer.StatusCode, path)
	}
	for path, want := range map[string]string{"/readyz": `"status":"ready"`, "/debug/pprof/": "goroutine", "/debug/pprof/heap?debug=1": "heap profile"} {
		status, text := f.operate(path)
		require.Equal(t, 200, status, path)
		require.Contains(t, text, want)
	}
	status, _ := f.operate("/api/products")
	require.Equal(t, 404, status)
}
