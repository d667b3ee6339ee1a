package smoke_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/ci/smoke"
)

// shop is a shop as a visitor sees it, with what is wrong with it.
type shop struct {
	empty    bool         // sells nothing
	forgets  bool         // every request reaches an instance that knows no session
	away     atomic.Int32 // so many answers are 503 yet
	quantity int          // what the cart has
}

func (s *shop) start(t *testing.T) string {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /api/products", func(w http.ResponseWriter, _ *http.Request) {
		products := []map[string]any{{"sku": "tee"}}
		if s.empty {
			products = nil
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"products": products})
	})
	routes.HandleFunc("POST /api/cart/items", func(w http.ResponseWriter, r *http.Request) {
		var in struct{ Quantity int }
		_ = json.NewDecoder(r.Body).Decode(&in)
		s.quantity += in.Quantity
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1", Path: "/"})
	})
	routes.HandleFunc("GET /api/cart", func(w http.ResponseWriter, r *http.Request) {
		items := []map[string]any{}
		if _, err := r.Cookie("session"); err == nil && !s.forgets {
			items = append(items, map[string]any{"sku": "tee", "quantity": s.quantity})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
	})
	routes.HandleFunc("DELETE /api/cart", func(http.ResponseWriter, *http.Request) { s.quantity = 0 })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.ContentLength != 0 { // as CloudFront does
			http.Error(w, "a GET has no body", http.StatusForbidden)
			return
		}
		if s.away.Add(-1) >= 0 {
			http.Error(w, "no instance is ready", http.StatusServiceUnavailable)
			return
		}
		routes.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestAShopThatWorksIsLeftAsItWas(t *testing.T) {
	t.Parallel()
	s := &shop{}
	s.away.Store(2) // is found in the end
	var said strings.Builder
	require.NoError(t, smoke.Test(t.Context(), s.start(t), 0, &said))
	require.Contains(t, said.String(), "no instance is ready")
	require.Contains(t, said.String(), "2 × tee was put into a cart")
	require.Zero(t, s.quantity)
}

func TestAShopThatDoesNotWorkIsNamedWithItsAnswer(t *testing.T) {
	t.Parallel()
	away := &shop{}
	away.away.Store(1000)
	for want, s := range map[string]*shop{
		"there are no products":       {empty: true},
		"{tee 2} was put into it":     {forgets: true},
		"503 Service Unavailable":     away,
		"the cart has [{tee 3}], and": {quantity: 1},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		said := &once{cancel: cancel}
		err := smoke.Test(ctx, s.start(t), time.Hour, said)
		require.ErrorContains(t, err, "the shop does not work")
		require.ErrorContains(t, err, want)
	}
}

// once ends the test's patience when the first visit has failed.
type once struct{ cancel context.CancelFunc }

func (o *once) Write(text []byte) (int, error) {
	o.cancel()
	return len(text), nil
}
