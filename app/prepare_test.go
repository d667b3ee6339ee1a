package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/catalog"
	"myclothes/app/memory"
	"myclothes/app/server"
	"myclothes/app/server/rehearsal"
	"myclothes/app/shop"
)

var errDatabaseAway = fmt.Errorf("database: %w", shop.ErrUnavailable)

// outcomes are what a step ends with, one time after the other; the last one for good. It counts the times.
type outcomes struct {
	mu    sync.Mutex
	list  []error
	times int
}

func (o *outcomes) next(context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	err := o.list[min(o.times, len(o.list)-1)]
	o.times++
	return err
}

func (o *outcomes) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.times
}

func ending(list ...error) *outcomes { return &outcomes{list: list} }

// preparing runs a preparation until the test ends.
func preparing(t *testing.T, patience time.Duration, migrate, rehearse *outcomes) (*server.Health, *apptest.Log) {
	t.Helper()
	logs := &apptest.Log{}
	p := &preparation{
		migrate: migrate.next, rehearse: rehearse.next, patience: patience,
		health: &server.Health{}, log: slog.New(slog.NewTextHandler(logs, nil)),
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { p.run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return p.health, logs
}

func TestAnInstanceIsHealthyWhenItIsMigratedAndHasRehearsed(t *testing.T) {
	t.Parallel()
	migrate, rehearse := ending(errDatabaseAway, nil), ending(errDatabaseAway, nil)
	health, _ := preparing(t, time.Hour, migrate, rehearse)
	apptest.Eventually(t, health.Opened, "the instance is healthy")
	require.Equal(t, 2, migrate.count(), "not again when it has succeeded")
	require.Equal(t, 2, rehearse.count())
}

func TestAnInstanceWhoseStoreIsAwayIsHealthyAfterItsPatience(t *testing.T) {
	t.Parallel()
	t.Run("and migrates when the database is back", func(t *testing.T) {
		t.Parallel()
		migrate, rehearse := ending(errDatabaseAway, errDatabaseAway, nil), ending(nil)
		health, logs := preparing(t, 0, migrate, rehearse)
		apptest.Eventually(t, health.Opened, "the instance is healthy")
		apptest.Eventually(t, func() bool { return bytes.Contains([]byte(logs.String()), []byte("schema is up to date")) }, "it migrates")
		require.Zero(t, rehearse.count(), "it has visitors by then")
	})
	t.Run("and not before", func(t *testing.T) {
		t.Parallel()
		rehearse := ending(errDatabaseAway)
		health, _ := preparing(t, time.Hour, ending(nil), rehearse)
		apptest.Eventually(t, func() bool { return rehearse.count() == 3 }, "it tries")
		require.False(t, health.Opened())
	})
}

func TestAnInstanceThatCannotMigrateADatabaseThatIsThereIsNotHealthy(t *testing.T) {
	t.Parallel()
	migrate := ending(errors.New("migrate: syntax error (SQLSTATE 42601)"))
	health, _ := preparing(t, 0, migrate, ending(nil))
	apptest.Eventually(t, func() bool { return migrate.count() == 3 }, "it tries")
	require.False(t, health.Opened())
}

// panicky is a store that panics when somebody buys.
type panicky struct{ shop.SessionStore }

func (panicky) Add(context.Context, *shop.Session, string, int) (shop.Cart, error) { panic("a defect") }

// window shows one product.
type window struct{}

func (window) ProductsAsOf(context.Context, shop.Position) ([]shop.Product, shop.Position, error) {
	return []shop.Product{{SKU: "tee-ecru", Category: "T-shirts", Name: "Tee", PriceCents: 2900}}, 1, nil
}

func (window) Position(context.Context) (shop.Position, error) { return 1, nil }

func TestAReleaseThatPanicsWhenSomebodyBuysIsNeverHealthy(t *testing.T) {
	t.Parallel()
	logs := &apptest.Log{}
	log := slog.New(slog.NewTextHandler(logs, nil))
	parts := server.Config{
		StoreName: "instance", SessionCookie: "sid", Health: &server.Health{}, Log: log,
		Store: panicky{memory.NewStore(shop.Lifetimes{Idle: time.Hour})}, Catalog: catalog.New(window{}),
	}
	p := &preparation{
		migrate:  ending(nil).next,
		rehearse: func(ctx context.Context) error { return rehearsal.Run(ctx, parts) },
		health:   parts.Health, log: log,
	}
	p.run(t.Context()) // gives up
	answer := httptest.NewRecorder()
	server.New(parts).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/healthz", nil))
	require.Equal(t, 503, answer.Code)
	require.Equal(t, "waiting for a release that works\n", answer.Body.String())
	require.Contains(t, logs.String(), "POST /api/cart/items: status 500")
}
