package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"

	"myclothes/app/server"
	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// stranger is a customer whom no database knows, with an address that parcels can go to. So an order of theirs is
// refused by the database, and by nothing before it.
type stranger struct {
	server.Customers
	number int64
}

// newStranger has a number far from those of customers, and from that of whoever rehearses at the same time.
func newStranger(customers server.Customers) stranger {
	return stranger{customers, 1<<62 + rand.Int64N(1<<62)}
}

func (s stranger) Customer(ctx context.Context, id int64, after shop.Position) (shop.Customer, error) {
	if id != s.number {
		return s.Customers.Customer(ctx, id, after)
	}
	const text = "Rehearsal"
	home := shop.Address{Street: text, PostalCode: text, City: text, Country: text}
	return shop.Customer{ID: id, Email: "rehearsal@example.com", Name: text, Address: home}, nil
}

// orders is another name for server.Orders, which has a method of that name.
type orders = server.Orders

// askedOrders knows whether an order came as far as the database.
type askedOrders struct {
	orders
	asked bool
}

func (o *askedOrders) PlaceOrder(ctx context.Context, customer int64, c shop.Checkout) (shop.Order, bool, shop.Position, error) {
	o.asked = true
	return o.orders.PlaceOrder(ctx, customer, c)
}

// signInPage looks at where customers sign in, and is sent there from the checkout.
func (v *rehearsal) signInPage(string) error {
	if _, err := v.send("GET", "/sign-in", "", "", http.StatusOK); err != nil {
		return err
	}
	_, err := v.send("GET", "/checkout", "", "", http.StatusSeeOther)
	return err
}

// order puts the product into the cart and orders it as a customer whom the database refuses.
func (v *rehearsal) order(sku string) error {
	if err := v.add(sku); err != nil {
		return err
	}
	defer v.config.Store.Forget(v.ctx, v.customer.number) // if it fails, what is there ends by itself
	if err := v.signIn(); err != nil {
		return err
	}
	if _, err := v.send("GET", "/checkout", "", "", http.StatusOK); err != nil {
		return err
	}
	_, err := v.send("POST", "/api/orders", "", "", http.StatusUnauthorized)
	if err == nil && !v.orders.asked {
		err = fmt.Errorf("%w: POST /api/orders: the order did not reach the database", errOdd)
	}
	return err
}

// signIn makes the session the stranger's, who has no password.
func (v *rehearsal) signIn() error {
	session := shop.OpenSession("")
	for _, cookie := range v.cookies {
		if cookie.Name == v.config.SessionCookie {
			session = shop.OpenSession(cookie.Value)
		}
	}
	err := v.config.Store.SignIn(v.ctx, session, v.customer.number, 0)
	switch {
	case errors.Is(err, shop.ErrUnavailable):
		return err
	case err != nil:
		return fmt.Errorf("%w: sign in: %w", ErrFaulty, err)
	}
	v.keep([]*http.Cookie{web.NewCookie(v.config.SessionCookie, session.Token(), v.config.SessionTTL)})
	return nil
}
