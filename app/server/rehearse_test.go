package server

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/memory"
	"myclothes/app/shop"
)

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

func TestAReleaseIsRehearsedBeforeThereAreVisitors(t *testing.T) {
	t.Parallel()
	carts := memory.NewStore(shop.Lifetimes{Idle: time.Hour})
	for _, test := range []struct {
		name   string
		change func(*Config)
		want   error // nil: it works
		says   string
	}{
		{"one that works", func(*Config) {}, nil, ""},
		{"one behind HTTPS", func(cfg *Config) { cfg.SessionCookie = "__Host-sid" }, nil, ""},
		{"one that sells nothing", func(cfg *Config) { cfg.Catalog = sold{} }, nil, ""},
		{"one whose carts are away", func(cfg *Config) {
			cfg.Store = oddStore{carts, func() error { return shop.ErrUnavailable }}
		}, shop.ErrUnavailable, "POST /api/cart/items"},
		{"one that panics when somebody buys", func(cfg *Config) {
			cfg.Store = oddStore{carts, func() error { panic("a defect") }}
		}, ErrFaulty, "POST /api/cart/items: status 500"},
		{"one that fails when somebody buys", func(cfg *Config) {
			cfg.Store = oddStore{carts, func() error { return errors.New("a defect") }}
		}, ErrFaulty, "POST /api/cart/items: status 500"},
		{"one that loses what is bought", func(cfg *Config) {
			cfg.Store = oddStore{carts, func() error { return nil }}
		}, ErrFaulty, "0 pieces of tee, and there should be 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			cfg := f.config
			test.change(&cfg)
			err := Rehearse(t.Context(), cfg)
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
	f := newFixture(t)
	require.NoError(t, Rehearse(t.Context(), f.config))
	text := f.metrics()
	require.NotContains(t, text, `http_request_duration_seconds_count{`)
	require.Contains(t, text, `cart_changes_total{change="add"} 0`)
	require.Contains(t, text, `cart_store_operation_duration_seconds_count{operation="add",outcome="ok",store="instance"} 0`)
}

func TestAnInstanceIsUnhealthyAndSaysWhyUntilItIsOpenedForGood(t *testing.T) {
	t.Parallel()
	health := &Health{}
	f := newFixture(t, func(cfg *Config) { cfg.Health = health })
	health.WaitFor("the database")
	answer, text := f.do("GET", "/healthz", "")
	require.Equal(t, 503, answer.StatusCode)
	require.Equal(t, "waiting for the database", strings.TrimSpace(text))
	health.Open()
	health.WaitFor("something else")
	answer, text = f.do("GET", "/healthz", "")
	require.Equal(t, 200, answer.StatusCode)
	require.Equal(t, "ok\n", text)
}
