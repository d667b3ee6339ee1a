// Package server is the shop over HTTP: a JSON API and pages for people, on the same operations. It
// knows stores by their interfaces only.
package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/password"
	"myclothes/app/server/metrics"
	"myclothes/app/server/observe"
	"myclothes/app/server/pages"
	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// requestTimeout bounds the work on one request. A store that is away fails sooner.
const requestTimeout = 5 * time.Second

// Config is what the server needs. Everything is required except Release, Passwords, Health, Checks
// and Metrics.
type Config struct {
	Release          string // names what runs here
	InstanceID       string
	AvailabilityZone string
	StoreName        string // where carts are: instance, cookie, elasticache or dynamodb
	SessionCookie    string // its name
	SessionTTL       time.Duration
	Store            shop.SessionStore
	Catalog          Catalog
	Customers        Customers
	Orders           Orders
	Throttle         Throttle
	Passwords        Passwords // nil: a hasher of the recommended cost
	Health           *Health   // nil: the instance is healthy from the beginning
	Checks           []Check
	Metrics          []prometheus.Collector // of the parts, to show with the server's own
	Log              *slog.Logger
}

// Catalog knows what the shop sells.
type Catalog interface {
	// Range returns what is sold now; a change may take some seconds to show.
	Range(ctx context.Context) (*shop.Range, error)
	// Forget says that what Range returned is outdated: it shows what was changed before the call from now on.
	Forget(ctx context.Context)
}

// Customers keeps accounts. Every error a visitor may cause is a shop.Refusal; one that wraps
// shop.ErrUnavailable may pass. Positions are for shop.SessionStore.
type Customers interface {
	// CreateCustomer opens an account; shop.ErrConflict if there is one for the address.
	CreateCustomer(ctx context.Context, email, name, passwordHash string) (shop.Customer, shop.Position, error)
	// UpdateCustomer changes the profile; shop.ErrUnauthenticated if the account is gone.
	UpdateCustomer(ctx context.Context, id int64, p shop.Profile) (shop.Customer, shop.Position, error)
	// SetPassword replaces the password; shop.ErrUnauthenticated if the account is gone.
	SetPassword(ctx context.Context, id int64, passwordHash string) (shop.Position, error)
	// DeleteCustomer deletes the account and frees its address; shop.ErrUnauthenticated if it is gone already. Orders
	// stay.
	DeleteCustomer(ctx context.Context, id int64) (shop.Position, error)
	// Customer returns the customer as of the position or later; shop.ErrUnauthenticated if the account is gone.
	Customer(ctx context.Context, id int64, after shop.Position) (shop.Customer, error)
	// Login returns the account with the address; an empty hash if there is none.
	Login(ctx context.Context, email string) (c shop.Customer, passwordHash string, at shop.Position, err error)
}

// Orders keeps what customers bought, and so knows what was sold from which cart. Errors are as with Customers.
type Orders interface {
	// PlaceOrder makes an order with the prices of now, completely or not at all. If there is one of this key,
	// that is returned and created is false. It refuses, with shop.ErrConflict, what was ordered from the cart already
	// or cannot be delivered, and with shop.ErrOutdated what costs something else than the customer was shown. What is
	// refused leaves nothing behind, no gap in the numbers of orders either.
	PlaceOrder(ctx context.Context, customer int64, c shop.Checkout) (o shop.Order, created bool, at shop.Position, err error)
	// OrderByKey returns the customer's order of this key, however new it is; shop.ErrNotFound if there is none.
	OrderByKey(ctx context.Context, customer int64, key string) (shop.Order, shop.Position, error)
	// Receipts says what was ordered from the customer's cart with this ID after its first orders, however new it is:
	// those with a higher number, lowest first. Without any, the position is 0.
	Receipts(ctx context.Context, customer int64, cart string, after int64) ([]shop.Receipt, shop.Position, error)
	// Order returns one order of the customer as of the position or later; shop.ErrNotFound if they have none
	// of this number.
	Order(ctx context.Context, customer, id int64, after shop.Position) (shop.Order, error)
	// Orders returns the customer's latest orders as of the position or later, newest first.
	Orders(ctx context.Context, customer int64, after shop.Position) ([]shop.Order, error)
}

// Passwords hashes and verifies passwords, as password.Hasher does.
type Passwords interface {
	// Hash returns a hash with a salt of its own; password.ErrBusy if so many others are before it.
	Hash(ctx context.Context, password string) (string, error)
	// Verify returns password.ErrMismatch unless the hash is that of the password, or password.ErrBusy. No hash is that
	// of nobody's password.
	Verify(ctx context.Context, hash, password string) error
}

type server struct {
	Config
	metrics  *prometheus.Registry
	requests *prometheus.HistogramVec
	sales    *metrics.Sales
	pages    *pages.Renderer
}

// Service answers visitors and the load balancer.
type Service struct {
	http.Handler

	// Admin is for operators: metrics, readiness and profiles. Visitors must not reach it.
	Admin http.Handler
}

// New returns the whole service.
func New(cfg Config) *Service { return newServer(cfg).service() }

func newServer(cfg Config) *server {
	s := &server{Config: cfg, pages: pages.NewRenderer(cfg.InstanceID, cfg.AvailabilityZone, cfg.StoreName)}
	if s.Passwords == nil {
		s.Passwords = password.NewHasher(password.Recommended)
	}
	if s.Health == nil {
		s.Health = &Health{}
		s.Health.Open()
	}
	s.metrics, s.requests = metrics.New(cfg.StoreName, cfg.Metrics)
	s.metrics.MustRegister(metrics.BuildInfo(cfg.Release, cfg.StoreName))
	s.sales = metrics.NewSales(s.metrics)
	s.Store = metrics.Measure(cfg.Store, cfg.StoreName, s.metrics, s.sales)
	s.Orders = countedOrders{cfg.Orders, s.sales.Orders}
	return s
}

func (s *server) service() *Service {
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(s.denyCrossOrigin))
	observer := observe.New(observe.Config{
		InstanceID: s.InstanceID, AvailabilityZone: s.AvailabilityZone, Log: s.Log, Requests: s.requests, Unrouted: s.writeUnrouted,
	})
	visitors := web.StrictTransport(s.SessionCookie, crossOrigin.Handler(s.routes()))
	return &Service{Handler: observer.Handler(visitors), Admin: observer.Handler(s.adminRoutes())}
}
