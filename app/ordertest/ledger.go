// Package ordertest says in tests what whoever keeps orders must do (see server.Orders), and has one in memory that
// does it, for the tests of what is built on it.
package ordertest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"myclothes/app/shop"
)

// Ledger is server.Orders in memory.
type Ledger struct {
	// Customer and Product say who orders and what is sold, as of now.
	Customer func(id int64) (shop.Customer, error)
	Product  func(sku string) (shop.Product, bool)

	mu     sync.Mutex
	orders []entry

	beforePlacing, afterLooking func()
}

type entry struct {
	shop.Order
	customer int64
	key      string
}

// written is the position of every order: nothing here is ever behind.
const written shop.Position = 1

// Count is how many orders there are.
func (l *Ledger) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.orders)
}

// Restore takes the ledger back to the moment after its first n orders, as a point-in-time restore does.
func (l *Ledger) Restore(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.orders = l.orders[:n]
}

// BeforePlacing has something happen just before the next order is made, and AfterLooking just after the next look for
// an order by its key.
func (l *Ledger) BeforePlacing(happen func()) { l.beforePlacing = happen }

// AfterLooking is described at BeforePlacing.
func (l *Ledger) AfterLooking(happen func()) { l.afterLooking = happen }

// PlaceOrder implements server.Orders.
func (l *Ledger) PlaceOrder(_ context.Context, customer int64, c shop.Checkout) (shop.Order, bool, shop.Position, error) {
	once(&l.beforePlacing)
	l.mu.Lock()
	defer l.mu.Unlock()
	who, err := l.Customer(customer)
	if err != nil {
		return shop.Order{}, false, 0, err
	}
	if o, err := l.find(func(e entry) bool { return e.customer == customer && e.key == c.Key }); err == nil {
		return o, false, written, nil
	}
	if len(l.receipts(customer, c.Cart, c.CartOrder-1)) > 0 {
		return shop.Order{}, false, 0, shop.Refuse(shop.ErrConflict, "something was ordered from this cart meanwhile")
	}
	if err := shop.CheckDelivery(who.Name, who.Address); err != nil {
		return shop.Order{}, false, 0, err
	}
	lines := l.priced(c.Lines)
	if err := c.CheckPrices(lines); err != nil {
		return shop.Order{}, false, 0, err
	}
	o := shop.Order{
		ID: int64(len(l.orders) + 1), PlacedAt: time.Unix(0, 0).UTC(), Name: who.Name, Address: who.Address,
		Lines: lines, TotalCents: shop.Total(lines), Cart: c.Cart, CartOrder: c.CartOrder,
	}
	l.orders = append(l.orders, entry{o, customer, c.Key})
	return o, true, written, nil
}

func once(happen *func()) {
	if now := *happen; now != nil {
		*happen = nil
		now()
	}
}

func (l *Ledger) priced(lines []shop.OrderLine) (priced []shop.OrderLine) {
	for _, line := range lines {
		if p, ok := l.Product(line.SKU); ok {
			priced = append(priced, shop.OrderLine{SKU: p.SKU, Name: p.Name, Quantity: line.Quantity, UnitPriceCents: p.PriceCents})
		}
	}
	return priced
}

// OrderByKey implements server.Orders.
func (l *Ledger) OrderByKey(_ context.Context, customer int64, key string) (shop.Order, shop.Position, error) {
	defer once(&l.afterLooking)
	l.mu.Lock()
	defer l.mu.Unlock()
	o, err := l.find(func(e entry) bool { return e.customer == customer && e.key == key })
	return o, written, err
}

// Receipts implements server.Orders.
func (l *Ledger) Receipts(_ context.Context, customer int64, cart string, after int64) ([]shop.Receipt, shop.Position, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	receipts := l.receipts(customer, cart, after)
	if len(receipts) == 0 {
		return nil, 0, nil
	}
	return receipts, written, nil
}

func (l *Ledger) receipts(customer int64, cart string, after int64) (receipts []shop.Receipt) {
	for _, e := range l.orders {
		if e.customer == customer && e.Cart == cart && e.CartOrder > after {
			receipts = append(receipts, e.Receipt())
		}
	}
	slices.SortFunc(receipts, func(a, b shop.Receipt) int { return cmp.Compare(a.Number, b.Number) })
	return receipts
}

// Order implements server.Orders.
func (l *Ledger) Order(_ context.Context, customer, id int64, _ shop.Position) (shop.Order, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.find(func(e entry) bool { return e.customer == customer && e.ID == id })
}

// Orders implements server.Orders.
func (l *Ledger) Orders(_ context.Context, customer int64, _ shop.Position) (orders []shop.Order, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range slices.Backward(l.orders) {
		if e.customer == customer {
			orders = append(orders, e.Order)
		}
	}
	return orders, nil
}

func (l *Ledger) find(is func(entry) bool) (shop.Order, error) {
	i := slices.IndexFunc(l.orders, is)
	if i < 0 {
		return shop.Order{}, shop.ErrNotFound
	}
	return l.orders[i].Order, nil
}
