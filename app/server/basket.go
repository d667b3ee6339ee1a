package server

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"

	"myclothes/app/shop"
)

// basket is what a customer is about to order.
type basket struct {
	Customer shop.Customer
	Cart     cartView
	Key      string // fingerprint of all that is shown: whoever sends it back has seen just this
	of       shop.Cart
}

// errNameless is a defect of the store: an order of such a cart could be made twice.
var errNameless = errors.New("the store returned a customer's cart without an ID: nothing can be ordered from it")

// basket returns what the customer has in the cart, with the names and prices of now.
func (s *server) basket(ctx context.Context, session *shop.Session, who shop.Identity) (basket, error) {
	customer, err := s.Customers.Customer(ctx, who.Customer, who.Wrote)
	if err != nil {
		return basket{}, err
	}
	sold, err := s.Catalog.Range(ctx)
	if err != nil {
		return basket{}, err
	}
	cart, err := s.settle(ctx, session, who)
	if err != nil {
		return basket{}, err
	}
	if cart.ID == "" && len(cart.Lines) > 0 {
		return basket{}, errNameless
	}
	b := basket{Customer: customer, Cart: newCartView(cart, sold), of: cart}
	b.Key = b.fingerprint()
	return b, nil
}

// settle returns the cart after it has paid for every order that was made from it. Who knows these is the database; the
// store is told after an order, and may have been away then, or have lost it in a failover.
func (s *server) settle(ctx context.Context, session *shop.Session, who shop.Identity) (shop.Cart, error) {
	cart, err := s.Store.Cart(ctx, session)
	if err != nil || cart.ID == "" {
		return cart, err
	}
	unpaid, at, err := s.Orders.Receipts(ctx, who.Customer, cart.ID, cart.Orders)
	if err != nil || len(unpaid) == 0 {
		return cart, err
	}
	if err := s.Store.Wrote(ctx, session, who.Customer, at); err != nil {
		return shop.Cart{}, err
	}
	for _, receipt := range unpaid {
		if err := s.Store.Ordered(ctx, session, receipt); err != nil {
			return shop.Cart{}, err
		}
	}
	return s.Store.Cart(ctx, session)
}

// settleFor settles the cart with the customer who leaves it to the next one, or has left it: nobody else is asked later
// what was ordered from it. Most stores let nobody leave a cart to others.
func (s *server) settleFor(ctx context.Context, session *shop.Session, next int64) error {
	who, err := s.Store.SignedIn(ctx, session)
	if who.Customer == 0 {
		who.Customer = who.Left
	}
	if err != nil || who.Customer == 0 || who.Customer == next {
		return err
	}
	_, err = s.settle(ctx, session, who)
	return err
}

// fingerprint differs also for baskets that look alike but are other fillings of the cart, or of another cart: they are
// other orders.
func (b basket) fingerprint() string {
	shown, err := json.Marshal([]any{b.Customer.ID, b.Customer.Name, b.Customer.Address, b.Cart, b.of.ID, b.of.Orders})
	if err != nil {
		panic(err) // our own types; observe answers and logs it
	}
	sum := sha256.Sum256(shown)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (b basket) checkout(key string) shop.Checkout {
	c := shop.Checkout{Key: key, Cart: b.of.ID, CartOrder: b.of.Orders + 1}
	for _, item := range b.Cart.Items {
		c.Lines = append(c.Lines, shop.OrderLine{SKU: item.SKU, Name: item.Name, Quantity: item.Quantity, UnitPriceCents: item.UnitPriceCents})
	}
	return c
}
