package server

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/server/web"
	"myclothes/app/shop"
)

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
			status = shown.Status // the form again, with what was wrong
		}
		if err != nil {
			status, _ = web.Explain(err)
		}
		s.sales.SignIn(status)
		return answer, err
	}
}
