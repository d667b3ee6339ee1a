package shoppers

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"
)

// shopper is one person with one browser.
type shopper struct {
	options Options
	browser *http.Client
	skus    []string
	account *account // nil: a guest
	knows   ledger
	report  Report
	annoyed bool // the last request failed
}

// most is how many pieces of one product a shopper puts into a cart.
const most = 50

func newShopper(o Options, number int, skus []string) *shopper {
	return &shopper{
		options: o, skus: skus, browser: newBrowser(o, number), knows: newLedger(),
		report: Report{Instances: map[string]int{}},
	}
}

// afterFailure is how long people wait before they try again. Who tried at once would soon have every line of the cart
// in doubt, and nothing would be left to judge.
const afterFailure = 500 * time.Millisecond

// breath is how long the shopper waits before the next request.
func (s *shopper) breath() time.Duration {
	if s.annoyed {
		return max(s.options.Pause, afterFailure)
	}
	return s.options.Pause
}

// act does one thing that people do.
func (s *shopper) act(ctx context.Context) {
	sku := s.skus[rand.N(len(s.skus))]
	quantity := 1 + rand.N(3)
	switch {
	case s.mayOrder() && rand.N(20) == 0:
		s.order(ctx)
	case rand.N(3) == 0:
		_, _ = s.request(ctx, call{method: http.MethodGet, path: "/api/cart"}) // a failure is in the report
	case s.knows.pieces[sku]+quantity > most:
		s.set(ctx, sku, 0, call{method: http.MethodDelete, path: "/api/cart/items/" + sku})
	case rand.N(4) == 0:
		s.set(ctx, sku, quantity, call{method: http.MethodPut, path: "/api/cart/items/" + sku, body: map[string]any{"quantity": quantity}})
	default:
		s.add(ctx, sku, quantity)
	}
}

func (s *shopper) add(ctx context.Context, sku string, quantity int) {
	item := map[string]any{"sku": sku, "quantity": quantity}
	_, err := s.request(ctx, call{method: http.MethodPost, path: "/api/cart/items", body: item})
	if err != nil {
		s.knows.doubt(sku)
		return
	}
	s.knows.add(sku, quantity)
}

func (s *shopper) set(ctx context.Context, sku string, becomes int, c call) {
	if _, err := s.request(ctx, c); err != nil {
		s.knows.doubt(sku)
		return
	}
	s.knows.set(sku, becomes)
}

// item is a line of a cart or an order as the API shows it.
type item struct {
	SKU      string
	Quantity int
}

func pieces(items []item) map[string]int {
	counted := map[string]int{}
	for _, i := range items {
		counted[i.SKU] += i.Quantity
	}
	return counted
}

// check compares the cart and the orders with what the shopper knows.
func (s *shopper) check(ctx context.Context) {
	var cart struct{ Items []item }
	if s.ask(ctx, "/api/cart", &cart) != nil {
		return
	}
	s.report.Carts++
	s.report.InDoubt += s.knows.inDoubt()
	s.note(s.knows.judgeCart(pieces(cart.Items)))
	if s.account == nil {
		return
	}
	var list struct{ Orders []struct{ ID int64 } }
	if s.askSignedIn(ctx, "/api/orders", &list) != nil {
		return
	}
	var numbers []int64
	for _, o := range list.Orders {
		numbers = append(numbers, o.ID)
	}
	s.report.Orders += len(numbers)
	s.note(s.knows.judgeOrders(numbers))
}

func (s *shopper) note(f findings) {
	s.report.Lost = append(s.report.Lost, f.lost...)
	s.report.Doubled = append(s.report.Doubled, f.doubled...)
	s.report.WrongOrders += f.wrongOrders
}

// ask reads a JSON document.
func (s *shopper) ask(ctx context.Context, path string, into any) error {
	answer, err := s.request(ctx, call{method: http.MethodGet, path: path})
	if err != nil {
		return err
	}
	return answer.decode(into)
}
