package shoppers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fakeShop is one with one visitor, which does wrong once, on purpose, and closes its doors then.
type fakeShop struct {
	wrong map[string]func(s *fakeShop, w http.ResponseWriter, r *http.Request) // instead of what is right, by method and path

	mu     sync.Mutex
	cart   map[string]int
	orders []fakeOrder
	done   chan struct{} // closed when it did wrong
}

type fakeOrder struct {
	key  string
	cart map[string]int
}

const (
	adding       = "POST /api/cart/items"
	setting      = "PUT /api/cart/items/{sku}"
	removing     = "DELETE /api/cart/items/{sku}"
	ordering     = "POST /api/orders"
	pressing     = "POST /orders"
	readingOrder = "GET /api/orders/{id}"
)

func (s *fakeShop) right() map[string]func(*fakeShop, http.ResponseWriter, *http.Request) {
	return map[string]func(*fakeShop, http.ResponseWriter, *http.Request){
		"GET /api/products": func(_ *fakeShop, w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"products":[{"sku":"tee"},{"sku":"coat"}]}`)
		},
		"POST /api/customers": func(_ *fakeShop, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) },
		"PUT /api/customer":   func(*fakeShop, http.ResponseWriter, *http.Request) {},
		"POST /api/session":   func(*fakeShop, http.ResponseWriter, *http.Request) {},
		"GET /api/cart": func(s *fakeShop, w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"items":%s}`, lines(s.cart))
		},
		adding:       (*fakeShop).add,
		setting:      (*fakeShop).set,
		removing:     func(s *fakeShop, _ http.ResponseWriter, r *http.Request) { delete(s.cart, r.PathValue("sku")) },
		ordering:     (*fakeShop).order,
		pressing:     (*fakeShop).press,
		readingOrder: (*fakeShop).readOrder,
		"GET /api/orders": func(s *fakeShop, w http.ResponseWriter, _ *http.Request) {
			list := []string{}
			for i := range s.orders {
				list = append(list, fmt.Sprintf(`{"id":%d}`, i+1))
			}
			fmt.Fprintf(w, `{"orders":[%s]}`, strings.Join(list, ","))
		},
		"GET /checkout": func(s *fakeShop, w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `<input type="hidden" name="key" value="shown-%d">`, len(s.orders))
		},
	}
}

func lines(cart map[string]int) string {
	items := []item{}
	for sku, quantity := range cart {
		items = append(items, item{sku, quantity})
	}
	text, _ := json.Marshal(items)
	return string(text)
}

func (s *fakeShop) add(_ http.ResponseWriter, r *http.Request) {
	var i item
	_ = json.NewDecoder(r.Body).Decode(&i)
	s.cart[i.SKU] += i.Quantity
}

func (s *fakeShop) set(_ http.ResponseWriter, r *http.Request) {
	var i item
	_ = json.NewDecoder(r.Body).Decode(&i)
	s.cart[r.PathValue("sku")] = i.Quantity
}

// place makes the order, or finds it, and returns its number.
func (s *fakeShop) place(key string) int {
	for i, o := range s.orders {
		if o.key == key {
			return i + 1
		}
	}
	s.orders = append(s.orders, fakeOrder{key, s.cart})
	s.cart = map[string]int{}
	return len(s.orders)
}

func (s *fakeShop) order(w http.ResponseWriter, r *http.Request) {
	s.show(w, s.place(r.Header.Get("Idempotency-Key")))
}

func (s *fakeShop) show(w http.ResponseWriter, number int) {
	fmt.Fprintf(w, `{"id":%d,"items":%s}`, number, lines(s.orders[number-1].cart))
}

func (s *fakeShop) press(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Location", fmt.Sprintf("/orders/%d", s.place(r.FormValue("key"))))
	w.WriteHeader(http.StatusSeeOther)
}

func (s *fakeShop) readOrder(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.PathValue("id"))
	s.show(w, number)
}

// visit has one customer shop until the shop did wrong; never, if it does everything right.
func visit(t *testing.T, wrong map[string]func(*fakeShop, http.ResponseWriter, *http.Request)) Report {
	t.Helper()
	s := &fakeShop{wrong: wrong, cart: map[string]int{}, done: make(chan struct{})}
	mux := http.NewServeMux()
	for pattern, right := range s.right() {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			s.mu.Lock()
			defer s.mu.Unlock()
			act := right
			if instead := s.wrong[pattern]; instead != nil && len(s.cart) == 2 {
				act, s.wrong = instead, nil
				defer close(s.done)
			}
			act(s, w, r)
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	limit := 2 * time.Minute
	if wrong == nil {
		limit = 300 * time.Millisecond
	}
	report, err := Run(t.Context(), Options{URL: server.URL, Shoppers: 1, Customers: 1, Duration: limit, Until: s.done})
	require.NoError(t, err)
	require.Equal(t, 1, report.Carts)
	return report
}

func TestAShopThatDoesRightIsReportedToDoRight(t *testing.T) {
	t.Parallel()
	report := visit(t, nil)
	require.False(t, report.Wrong(), report)
	require.Positive(t, report.Requests)
	require.Positive(t, report.Longest)
	require.Contains(t, report.String(), "lost       0\ndoubled    0\n")
}

func TestWhatAShopDoesWrongIsReportedAsWhatItIs(t *testing.T) {
	t.Parallel()
	type step = func(*fakeShop, http.ResponseWriter, *http.Request)
	ignored := step(func(*fakeShop, http.ResponseWriter, *http.Request) {})
	failed := step(func(_ *fakeShop, w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	cut := step(func(_ *fakeShop, w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	conflict := step(func(_ *fakeShop, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) })
	gone := step(func(s *fakeShop, w http.ResponseWriter, _ *http.Request) {
		s.cart = map[string]int{}
		w.WriteHeader(http.StatusConflict)
	})
	emptied := step(func(s *fakeShop, w http.ResponseWriter, _ *http.Request) {
		s.cart = map[string]int{}
		w.Header().Set("Location", "/cart")
		w.WriteHeader(http.StatusSeeOther)
	})
	signedOut := step(func(_ *fakeShop, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	twice := func(act step) step {
		return func(s *fakeShop, w http.ResponseWriter, r *http.Request) {
			sent, _ := io.ReadAll(r.Body)
			for range 2 {
				r.Body = io.NopCloser(bytes.NewReader(sent))
				act(s, w, r)
			}
		}
	}
	// The cart, as it was, is in the order and still there.
	unpaid := func(act step) step {
		return func(s *fakeShop, w http.ResponseWriter, r *http.Request) {
			kept := s.cart
			act(s, w, r)
			s.cart = kept
		}
	}
	forgotten := func(act step) step {
		return func(s *fakeShop, w http.ResponseWriter, r *http.Request) {
			act(s, w, r)
			s.orders = s.orders[:0]
		}
	}
	doubled := func(act step) step {
		return func(s *fakeShop, w http.ResponseWriter, r *http.Request) {
			s.orders = append(s.orders, fakeOrder{"another", s.cart})
			act(s, w, r)
		}
	}
	for _, c := range []struct {
		name, where           string
		wrong                 step
		failed, lost, doubled bool
		inDoubt, wrongOrder   bool
	}{
		{name: "an addition that is not made", where: adding, wrong: ignored, lost: true},
		{name: "an addition that is made twice", where: adding, wrong: twice((*fakeShop).add), doubled: true},
		{name: "an addition that fails", where: adding, wrong: failed, failed: true, inDoubt: true},
		{name: "an addition without an answer", where: adding, wrong: cut, failed: true, inDoubt: true},
		{name: "a line that is not removed", where: removing, wrong: ignored, lost: true},
		{name: "an order that is not kept", where: ordering, wrong: forgotten((*fakeShop).order), lost: true, wrongOrder: true},
		{name: "an order that is made twice", where: ordering, wrong: doubled((*fakeShop).order), doubled: true, wrongOrder: true},
		{name: "an order that the cart has not paid for", where: ordering, wrong: unpaid((*fakeShop).order), lost: true},
		{name: "an order that fails once", where: ordering, wrong: failed, failed: true},
		{name: "a button that orders twice", where: pressing, wrong: doubled((*fakeShop).press), doubled: true, wrongOrder: true},
		{name: "a button without an answer", where: pressing, wrong: cut, failed: true},
		{name: "a cart that is gone when the button is pressed", where: pressing, wrong: emptied, lost: true},
		{name: "an order that is refused for nothing", where: ordering, wrong: conflict, failed: true},
		{name: "a cart that is gone when it is ordered", where: ordering, wrong: gone, lost: true},
		{name: "a session that is gone", where: ordering, wrong: signedOut, failed: true, lost: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			report := visit(t, map[string]step{c.where: c.wrong})
			require.Equal(t, c.failed, len(report.Errors) > 0, report)
			require.Equal(t, c.lost, len(report.Lost) > 0, report)
			require.Equal(t, c.doubled, len(report.Doubled) > 0, report)
			require.Equal(t, c.inDoubt, report.InDoubt > 0, report)
			require.Equal(t, c.wrongOrder, report.WrongOrders > 0, report)
			require.True(t, report.Wrong())
		})
	}
}

func TestAnOldOrderIsNoAnswerToANewPurchase(t *testing.T) {
	t.Parallel()
	l := newLedger()
	l.add("tee", 1)
	require.Empty(t, l.ordered(7, map[string]int{"tee": 1}))
	l.add("tee", 1)
	require.Len(t, l.ordered(7, map[string]int{"tee": 1}).lost, 1)
}

func TestPiecesThatAreMissingInAnOrderAreLostAndOthersAreDoubled(t *testing.T) {
	t.Parallel()
	l := newLedger()
	l.add("tee", 3)
	l.add("coat", 1)
	found := l.ordered(1, map[string]int{"tee": 2, "coat": 2})
	require.Equal(t, []string{"in order 1: 2 of tee, must be 3"}, found.lost)
	require.Equal(t, []string{"in order 1: 2 of coat, must be 1"}, found.doubled)
	require.Empty(t, l.judgeCart(nil), "both are ordered")
}

func TestAnOrderThatMayHaveBeenMadeIsNeitherLostNorDoubled(t *testing.T) {
	t.Parallel()
	l := newLedger()
	l.add("tee", 3)
	l.orderUnknown()
	for _, orders := range [][]int64{nil, {1}} {
		require.Empty(t, l.judgeOrders(orders))
	}
	require.Len(t, l.judgeOrders([]int64{1, 2}).doubled, 1)
	require.Empty(t, l.judgeCart(nil))
	require.Equal(t, 1, l.inDoubt())
}

func TestARunWithoutAShopIsAnError(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	_, err := Run(context.Background(), Options{URL: server.URL, Shoppers: 1, Duration: time.Second})
	require.ErrorContains(t, err, "products")
}

func TestWhoAsksIsToldOfEveryRequestAndWhetherItFailed(t *testing.T) {
	t.Parallel()
	var told, failed int
	s := &fakeShop{cart: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/products", func(w http.ResponseWriter, r *http.Request) { s.right()["GET /api/products"](s, w, r) })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	report, err := Run(t.Context(), Options{URL: server.URL, Shoppers: 1, Duration: time.Millisecond, Answered: func(sent, ended time.Time, err error) {
		told++
		if err != nil && !ended.Before(sent) {
			failed++
		}
	}})
	require.NoError(t, err)
	require.Positive(t, told)
	require.Equal(t, report.Requests, told)
	require.Equal(t, len(report.Errors), failed)
}
