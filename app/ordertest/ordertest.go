package ordertest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

// Orders is server.Orders, whose comments are what Run tests.
type Orders interface {
	PlaceOrder(ctx context.Context, customer int64, c shop.Checkout) (o shop.Order, created bool, at shop.Position, err error)
	OrderByKey(ctx context.Context, customer int64, key string) (shop.Order, shop.Position, error)
	Receipts(ctx context.Context, customer int64, cart string, after int64) ([]shop.Receipt, shop.Position, error)
	Order(ctx context.Context, customer, id int64, after shop.Position) (shop.Order, error)
	Orders(ctx context.Context, customer int64, after shop.Position) ([]shop.Order, error)
}

// Shop is where orders are made in these tests.
type Shop struct {
	Orders
	// Join makes a customer, who is called Ada, with the address.
	Join func(a shop.Address) (customer int64)
	// Move gives a customer another address.
	Move func(customer int64, a shop.Address)
	// Sell sells a product at a price, in cents, from now on.
	Sell func(sku string, price int)
}

// Home is a complete address.
var Home = shop.Address{Street: "1 Rue", PostalCode: "75001", City: "Paris", Country: "France"}

// Run tests what open returns: a new shop each time, in which nothing is ordered or sold yet that Checkout asks for.
func Run(t *testing.T, open func(t *testing.T) Shop) {
	for name, test := range map[string]func(*testing.T, *fixture){
		"an order has the prices and the address of its moment":                momentary,
		"thirty orders at once with one key are one order":                     oneKey,
		"thirty orders at once of one filling of a cart are one order":         oneFilling,
		"other fillings, carts and customers are orders of their own":          ownOrders,
		"nothing is ordered again of what was ordered before a later order":    outOfOrder,
		"an order is found by its key whatever has changed":                    foundByKey,
		"an order that is refused leaves nothing behind, no gap in numbers":    refused,
		"prices that are others are refused though the total is the same":      cancelledOut,
		"receipts say what was ordered of a cart after an order, in sequence":  receipts,
		"nobody sees somebody else's order":                                    private,
		"a full cart of products at 100,000.00 is ordered, and its total read": expensive,
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			s.Sell("test-coat", 24900)
			s.Sell("test-tee", 2900)
			test(t, &fixture{s, t, s.Join(Home)})
		})
	}
}

type fixture struct {
	Shop
	t   *testing.T
	ada int64
}

// Checkout is the first order of a cart with two tees and a coat.
func Checkout() shop.Checkout {
	return shop.Checkout{
		Key: "key", Cart: "cart", CartOrder: 1,
		Lines: []shop.OrderLine{{SKU: "test-coat", Quantity: 1, UnitPriceCents: 24900}, {SKU: "test-tee", Quantity: 2, UnitPriceCents: 2900}},
	}
}

// paid is what an order of the checkout takes out of the cart.
func paid(c shop.Checkout) []shop.Line { return shop.Order{Lines: c.Lines}.Receipt().Lines }

func checkout(key, cart string, number int64) shop.Checkout {
	c := Checkout()
	c.Key, c.Cart, c.CartOrder = key, cart, number
	return c
}

// places makes an order that must be new.
func (f *fixture) places(customer int64, c shop.Checkout) shop.Order {
	f.t.Helper()
	o, created, at, err := f.PlaceOrder(f.t.Context(), customer, c)
	require.NoError(f.t, err)
	require.True(f.t, created)
	require.Positive(f.t, at)
	return o
}

func (f *fixture) refuses(customer int64, c shop.Checkout) error {
	f.t.Helper()
	_, _, _, err := f.PlaceOrder(f.t.Context(), customer, c)
	require.ErrorIs(f.t, err, shop.ErrConflict)
	return err
}

// has says what a customer has ordered, newest first.
func (f *fixture) has(customer int64, want ...shop.Order) {
	f.t.Helper()
	got, err := f.Orders.Orders(f.t.Context(), customer, 0)
	require.NoError(f.t, err)
	require.Equal(f.t, want, got)
}
