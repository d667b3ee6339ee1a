package rehearsal

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/memory"
	"myclothes/app/ordertest"
	"myclothes/app/server"
	"myclothes/app/shop"
	"myclothes/app/throttle"
)

// sold is a Catalog.
type sold []shop.Product

func (s sold) Range(context.Context) (*shop.Range, error) { return shop.NewRange(s), nil }

func (sold) Forget(context.Context) {}

var products = sold{{SKU: "tee", Name: "Tee", PriceCents: 1000}, {SKU: "coat", Name: "Coat", PriceCents: 20000}}

// unasked are the Customers of a shop without any. Nobody looks for an account in a rehearsal.
type unasked struct{ server.Customers }

// testConfig is a service on stores in memory, whose ledger knows no customer.
func testConfig() server.Config {
	return server.Config{
		StoreName: "instance", SessionCookie: "sid", SessionTTL: time.Hour, Store: memory.NewStore(shop.Lifetimes{Idle: time.Hour}),
		Catalog: products, Customers: unasked{}, Throttle: throttle.New(nil, 0), Log: slog.New(slog.DiscardHandler),
		Orders: &ordertest.Ledger{
			Customer: func(int64) (shop.Customer, error) { return shop.Customer{}, shop.ErrUnauthenticated },
			Product:  shop.NewRange(products).Product,
		},
	}
}

// oddStore is a store whose additions are odd.
type oddStore struct {
	shop.SessionStore
	addition func() error
}

func (s oddStore) Add(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	if err := s.addition(); err != nil {
		return shop.Cart{}, err
	}
	return s.SessionStore.Cart(ctx, session)
}

// faultyOrders are those of a release that cannot sell.
type faultyOrders struct{ orders }

func (faultyOrders) PlaceOrder(context.Context, int64, shop.Checkout) (shop.Order, bool, shop.Position, error) {
	panic("a defect")
}

// nobody is a store in which nobody is ever signed in.
type nobody struct{ shop.SessionStore }

func (nobody) SignedIn(context.Context, *shop.Session) (shop.Identity, error) {
	return shop.Identity{}, nil
}

func TestAReleaseIsRehearsedBeforeThereAreVisitors(t *testing.T) {
	t.Parallel()
	carts := memory.NewStore(shop.Lifetimes{Idle: time.Hour})
	for _, test := range []struct {
		name   string
		change func(*server.Config)
		want   error // nil: it works
		says   string
	}{
		{"one that works", func(*server.Config) {}, nil, ""},
		{"one that cannot sell", func(cfg *server.Config) {
			cfg.Orders = faultyOrders{cfg.Orders}
		}, ErrFaulty, "POST /api/orders: status 500"},
		{"one that sells to nobody", func(cfg *server.Config) {
			cfg.Store = nobody{cfg.Store}
		}, ErrFaulty, "GET /checkout: status 303, and it should be 200"},
		{"one behind HTTPS", func(cfg *server.Config) { cfg.SessionCookie = "__Host-sid" }, nil, ""},
		{"one that sells nothing", func(cfg *server.Config) { cfg.Catalog = sold{} }, nil, ""},
		{"one whose carts are away", func(cfg *server.Config) {
			cfg.Store = oddStore{carts, func() error { return shop.ErrUnavailable }}
		}, shop.ErrUnavailable, "POST /api/cart/items"},
		{"one that panics when somebody buys", func(cfg *server.Config) {
			cfg.Store = oddStore{carts, func() error { panic("a defect") }}
		}, ErrFaulty, "POST /api/cart/items: status 500"},
		{"one that fails when somebody buys", func(cfg *server.Config) {
			cfg.Store = oddStore{carts, func() error { return errors.New("a defect") }}
		}, ErrFaulty, "POST /api/cart/items: status 500"},
		{"one that loses what is bought", func(cfg *server.Config) {
			cfg.Store = oddStore{carts, func() error { return nil }}
		}, ErrFaulty, "0 pieces of tee, and there should be 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			test.change(&cfg)
			err := Run(t.Context(), cfg)
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, test.want)
			require.ErrorContains(t, err, test.says)
		})
	}
}

func TestARehearsalIsNotCountedAsVisitors(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	service := server.New(cfg)
	require.NoError(t, Run(t.Context(), cfg))
	answer := httptest.NewRecorder()
	service.Admin.ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	require.Equal(t, 200, answer.Code)
	text := answer.Body.String()
	require.NotContains(t, text, `http_request_duration_seconds_count{`)
	require.Contains(t, text, `cart_changes_total{change="add"} 0`)
	require.Contains(t, text, `cart_store_operation_duration_seconds_count{operation="add",outcome="ok",store="instance"} 0`)
}

// forgetful is a store that has lost its sessions, as many times as left says: a failover took them.
type forgetful struct {
	shop.SessionStore
	left *atomic.Int64
}

func (s forgetful) Cart(ctx context.Context, session *shop.Session) (shop.Cart, error) {
	if session.Token() != "" && s.left.Add(-1) >= 0 {
		return shop.Cart{}, nil
	}
	return s.SessionStore.Cart(ctx, session)
}

func TestACacheThatIsLostDuringARehearsalIsNoFaultOfTheRelease(t *testing.T) {
	t.Parallel()
	for lost, want := range map[int64]error{1: nil, 2: ErrFaulty} {
		cfg, left := testConfig(), &atomic.Int64{}
		left.Store(lost)
		cfg.Store = forgetful{cfg.Store, left}
		require.True(t, errors.Is(Run(t.Context(), cfg), want), "lost %d times", lost)
	}
}

// withdrawing is a Catalog in which the first product is withdrawn once it was seen.
type withdrawing struct {
	sold
	looks atomic.Int64
}

func (w *withdrawing) Range(context.Context) (*shop.Range, error) {
	if w.looks.Add(1) == 1 {
		return shop.NewRange(w.sold), nil
	}
	return shop.NewRange(w.sold[1:]), nil
}

func TestAProductThatIsWithdrawnDuringARehearsalIsNoFaultOfTheRelease(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	cfg.Catalog = &withdrawing{sold: products}
	require.NoError(t, Run(t.Context(), cfg))
}

func TestAFailureIsBelievedAtOnceInARehearsal(t *testing.T) {
	t.Parallel()
	cfg, additions := testConfig(), 0
	cfg.Store = oddStore{cfg.Store, func() error {
		additions++
		return errors.New("a defect")
	}}
	require.ErrorIs(t, Run(t.Context(), cfg), ErrFaulty)
	require.Equal(t, 1, additions)
}

func TestARehearsalLeavesNoCustomerAndNoOrder(t *testing.T) {
	t.Parallel()
	cfg := testConfig()
	store := &roster{SessionStore: cfg.Store}
	cfg.Store = store
	require.NoError(t, Run(t.Context(), cfg))
	require.Len(t, store.list, 1)
	session := shop.OpenSession("")
	require.NoError(t, cfg.Store.SignIn(t.Context(), session, store.list[0], 1))
	cart, err := cfg.Store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Empty(t, cart.Lines)
	require.Zero(t, cfg.Orders.(*ordertest.Ledger).Count())
}

// roster is a store that knows who signed in.
type roster struct {
	shop.SessionStore
	list []int64
}

func (s *roster) SignIn(ctx context.Context, session *shop.Session, customer int64, wrote shop.Position) error {
	s.list = append(s.list, customer)
	return s.SessionStore.SignIn(ctx, session, customer, wrote)
}
