package metrics

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/shop"
)

// operation is one of shop.SessionStore.
type operation int

const (
	opCart operation = iota
	opAdd
	opSet
	opClear
	opSignedIn
	opSignIn
	opSignOut
	opSignOutEverywhere
	opForget
	opOrdered
	opWrote
)

var operations = [...]string{"cart", "add", "set", "clear", "signed_in", "sign_in", "sign_out", "sign_out_everywhere", "forget", "ordered", "wrote"}

// outcome is how an operation ended, for whoever watches over the store.
type outcome int

const (
	ok outcome = iota
	refused
	unavailable
	cancelled // the visitor has gone
	failed
)

var outcomes = [...]string{"ok", "refused", "unavailable", "cancelled", "error"}

func outcomeOf(ctx context.Context, err error) outcome {
	switch {
	case err == nil:
		return ok
	case errors.Is(ctx.Err(), context.Canceled):
		return cancelled
	case errors.Is(err, shop.ErrLimit), errors.Is(err, shop.ErrInvalid), errors.Is(err, shop.ErrTooMany):
		return refused
	case errors.Is(err, shop.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return unavailable
	}
	return failed
}

// measuredStore is a shop.SessionStore whose operations are measured. The series are looked up once, so that
// an operation costs two looks at the clock and one observation, and are there before anything happened.
type measuredStore struct {
	shop.SessionStore
	series [len(operations)][len(outcomes)]prometheus.Observer
	made   [len(operations)]prometheus.Counter // nil where nothing is counted
}

// Measure returns the store, which has a name, with its operations measured. Changes of carts that succeed are sales.
func Measure(store shop.SessionStore, name string, registry prometheus.Registerer, sales *Sales) shop.SessionStore {
	durations := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:        "cart_store_operation_duration_seconds",
		Help:        "Time of one operation on the store of carts and sessions, by how it ended.",
		Buckets:     buckets,
		ConstLabels: prometheus.Labels{"store": name},
	}, []string{"operation", "outcome"})
	registry.MustRegister(durations)
	m := &measuredStore{SessionStore: store}
	for op := range operations {
		m.made[op] = sales.changes[operation(op)]
		for out := range outcomes {
			m.series[op][out] = durations.WithLabelValues(operations[op], outcomes[out])
		}
	}
	return m
}

// done is deferred, and so sees the error that is returned.
func (m *measuredStore) done(ctx context.Context, op operation, start time.Time, err *error) {
	m.series[op][outcomeOf(ctx, *err)].Observe(time.Since(start).Seconds())
	if *err == nil && m.made[op] != nil {
		m.made[op].Inc()
	}
}

func (m *measuredStore) Cart(ctx context.Context, s *shop.Session) (cart shop.Cart, err error) {
	defer m.done(ctx, opCart, time.Now(), &err)
	return m.SessionStore.Cart(ctx, s)
}

func (m *measuredStore) Add(ctx context.Context, s *shop.Session, sku string, quantity int) (cart shop.Cart, err error) {
	defer m.done(ctx, opAdd, time.Now(), &err)
	return m.SessionStore.Add(ctx, s, sku, quantity)
}

func (m *measuredStore) Set(ctx context.Context, s *shop.Session, sku string, quantity int) (cart shop.Cart, err error) {
	defer m.done(ctx, opSet, time.Now(), &err)
	return m.SessionStore.Set(ctx, s, sku, quantity)
}

func (m *measuredStore) Clear(ctx context.Context, s *shop.Session) (err error) {
	defer m.done(ctx, opClear, time.Now(), &err)
	return m.SessionStore.Clear(ctx, s)
}

func (m *measuredStore) SignedIn(ctx context.Context, s *shop.Session) (who shop.Identity, err error) {
	defer m.done(ctx, opSignedIn, time.Now(), &err)
	return m.SessionStore.SignedIn(ctx, s)
}

func (m *measuredStore) SignIn(ctx context.Context, s *shop.Session, customer int64, wrote shop.Position) (err error) {
	defer m.done(ctx, opSignIn, time.Now(), &err)
	return m.SessionStore.SignIn(ctx, s, customer, wrote)
}

func (m *measuredStore) SignOut(ctx context.Context, s *shop.Session) (err error) {
	defer m.done(ctx, opSignOut, time.Now(), &err)
	return m.SessionStore.SignOut(ctx, s)
}

func (m *measuredStore) SignOutEverywhere(ctx context.Context, customer int64) (err error) {
	defer m.done(ctx, opSignOutEverywhere, time.Now(), &err)
	return m.SessionStore.SignOutEverywhere(ctx, customer)
}

func (m *measuredStore) Forget(ctx context.Context, customer int64) (err error) {
	defer m.done(ctx, opForget, time.Now(), &err)
	return m.SessionStore.Forget(ctx, customer)
}

func (m *measuredStore) Ordered(ctx context.Context, s *shop.Session, r shop.Receipt) (err error) {
	defer m.done(ctx, opOrdered, time.Now(), &err)
	return m.SessionStore.Ordered(ctx, s, r)
}

func (m *measuredStore) Wrote(ctx context.Context, s *shop.Session, customer int64, at shop.Position) (err error) {
	defer m.done(ctx, opWrote, time.Now(), &err)
	return m.SessionStore.Wrote(ctx, s, customer, at)
}
