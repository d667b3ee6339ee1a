package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

// Sales counts what the shop is for. Which release did it is in cart_build_info, a series of its own to join with:
// a label on every series would make each release other series ("Exposing the software version to Prometheus",
// robustperception.io).
type Sales struct {
	Orders  prometheus.Counter
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

// NewSales returns the counters, which begin at 0 and are in the registry.
func NewSales(registry prometheus.Registerer) *Sales {
	s := &Sales{
		Orders: prometheus.NewCounter(prometheus.CounterOpts{
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
	registry.MustRegister(s.Orders, s.signIns, changes)
	return s
}

// SignIn counts an attempt to sign in, by the HTTP status of its answer.
func (s *Sales) SignIn(status int) { s.signIns.WithLabelValues(signInResult(status)).Inc() }

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
