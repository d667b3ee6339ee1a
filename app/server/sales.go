package server

import (
	"context"
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/shop"
)

// sales counts what the shop is for. Which release did it is in cart_build_info, a series of its own to join with:
// a label on every series would make each release other series ("Exposing the software version to Prometheus",
// robustperception.io).
type sales struct {
	orders  prometheus.Counter
	changes map[operation]prometheus.Counter
	signIns *prometheus.CounterVec
}

// The results of attempts to sign in.
const (
	signedIn       = "success"
	signInRefused  = "refused" // address and password do not belong together, or are none
	signInTooMany  = "too_many"
	signInGivenUp  = "failed" // a store was away, or the visitor
	resultOfSignIn = "result"
)

func newSales(registry prometheus.Registerer) *sales {
	s := &sales{
		orders: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "orders_total", Help: "Orders that were made; one that was asked for again counts once.",
		}),
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "sign_ins_total", Help: "Attempts to sign in, by how they ended.",
		}, []string{resultOfSignIn}),
		changes: map[operation]prometheus.Counter{},
	}
	changes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "cart_changes_total", Help: "Changes of carts that were made.",
	}, []string{"change"})
	for _, op := range []operation{opAdd, opSet, opClear} {
		s.changes[op] = changes.WithLabelValues(operations[op])
	}
	for _, result := range []string{signedIn, signInRefused, signInTooMany, signInGivenUp} {
		s.signIns.WithLabelValues(result)
	}
	registry.MustRegister(s.orders, s.signIns, changes)
	return s
}

// buildInfo says which release this is.
func buildInfo(release, store string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "cart_build_info", Help: "1, with what runs here.",
		ConstLabels: prometheus.Labels{"release": release, "store": store, "goversion": runtime.Version()},
	})
	info.Set(1)
	return info
}

// ordersKept is another name for Orders, which has a method of that name.
type ordersKept = Orders

// countedOrders is an Orders whose orders are counted.
type countedOrders struct {
	ordersKept
	made prometheus.Counter
}

func (o countedOrders) PlaceOrder(ctx context.Context, customer int64, c shop.Checkout) (order shop.Order, created bool, at shop.Position, err error) {
	order, created, at, err = o.ordersKept.PlaceOrder(ctx, customer, c)
	if err == nil && created {
		o.made.Inc()
	}
	return order, created, at, err
}

// signingIn counts how an action ends that signs a visitor in.
func (s *server) signingIn(a action) action {
	return func(r *http.Request, session *shop.Session) (response, error) {
		answer, err := a(r, session)
		status := http.StatusOK
		if shown, ok := answer.(page); ok {
			status = shown.status // the form again, with what was wrong
		}
		if err != nil {
			status, _ = explain(err)
		}
		s.sales.signIns.WithLabelValues(signInResult(status)).Inc()
		return answer, err
	}
}

func signInResult(status int) string {
	switch {
	case status < http.StatusBadRequest:
		return signedIn
	case status == http.StatusTooManyRequests:
		return signInTooMany
	case status < http.StatusInternalServerError:
		return signInRefused
	}
	return signInGivenUp
}
