package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// IdempotencyKey is the header in which a program names its order, so that it may ask for it again.
const IdempotencyKey = "Idempotency-Key"

// placeOrder orders the cart under the key, or finds what was ordered under it before, and takes that out of the
// cart. However often it is repeated, whatever failed before, there is one order and the cart has paid for it
// once. agreed may refuse the basket; it is not asked about an order that is made already.
func (s *server) placeOrder(ctx context.Context, session *shop.Session, key string, agreed func(basket) error) (o shop.Order, created bool, err error) {
	if err := shop.CheckOrderKey(key); err != nil {
		return shop.Order{}, false, err
	}
	who, err := s.identity(ctx, session)
	if err != nil {
		return shop.Order{}, false, err
	}
	o, created, at, err := s.findOrOrder(ctx, session, who, key, agreed)
	if err != nil {
		return shop.Order{}, false, err
	}
	if err := s.Store.Wrote(ctx, session, who.Customer, at); err != nil {
		return shop.Order{}, false, err
	}
	_, err = s.settle(ctx, session, who)
	return o, created, err
}

// findOrOrder returns the order of the key, which is made from the basket if there is none.
func (s *server) findOrOrder(ctx context.Context, session *shop.Session, who shop.Identity, key string, agreed func(basket) error) (o shop.Order, created bool, at shop.Position, err error) {
	o, at, err = s.Orders.OrderByKey(ctx, who.Customer, key)
	if !errors.Is(err, shop.ErrNotFound) {
		return o, false, at, err
	}
	o, created, at, refusal := s.orderBasket(ctx, session, who, key, agreed)
	if !errors.Is(refusal, shop.ErrConflict) {
		return o, created, at, refusal
	}
	// It may be this very order that has emptied the cart meanwhile: somebody clicked twice.
	o, at, err = s.Orders.OrderByKey(ctx, who.Customer, key)
	if errors.Is(err, shop.ErrNotFound) {
		err = refusal
	}
	return o, false, at, err
}

func (s *server) orderBasket(ctx context.Context, session *shop.Session, who shop.Identity, key string, agreed func(basket) error) (o shop.Order, created bool, at shop.Position, err error) {
	b, err := s.basket(ctx, session, who)
	if err != nil {
		return shop.Order{}, false, 0, err
	}
	if len(b.Cart.Items) == 0 {
		return shop.Order{}, false, 0, shop.Refuse(shop.ErrConflict, "the cart is empty")
	}
	if err := b.Cart.checkAvailable(); err != nil {
		return shop.Order{}, false, 0, err
	}
	if err := agreed(b); err != nil {
		return shop.Order{}, false, 0, err
	}
	o, created, at, err = s.Orders.PlaceOrder(ctx, who.Customer, b.checkout(key))
	if errors.Is(err, shop.ErrOutdated) {
		s.Catalog.Forget(ctx) // so that the customer is shown what will be accepted
	}
	return o, created, at, err
}

// createOrder is for programs, which see prices and address for themselves.
func (s *server) createOrder(r *http.Request, session *shop.Session) (response, error) {
	key := r.Header.Get(IdempotencyKey)
	if key == "" {
		return nil, web.Malformed("the header " + IdempotencyKey + " is missing: send one that names this order, and the same one when you repeat it")
	}
	if err := web.ExpectNothing(r); err != nil {
		return nil, err
	}
	order, made, err := s.placeOrder(r.Context(), session, key, func(basket) error { return nil })
	if err != nil {
		return nil, err
	}
	if !made {
		return body{http.StatusOK, order}, nil
	}
	return created{fmt.Sprintf("/api/orders/%d", order.ID), order}, nil
}

// created is a JSON document of something new, and where it is.
type created struct {
	location string
	content  any
}

func (c created) write(_ *server, w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Location", c.location)
	web.WriteJSON(w, http.StatusCreated, "application/json", c.content)
}

// checkoutContent is the basket, and what keeps it from being ordered.
type checkoutContent struct {
	basket
	Undeliverable bool
}

func (s *server) checkoutPage(r *http.Request, session *shop.Session) (response, error) {
	answer, err := s.showBasket(r, session, http.StatusOK, "")
	return signInFirst(r, answer, err)
}

func (s *server) showBasket(r *http.Request, session *shop.Session, status int, message string) (response, error) {
	who, err := s.identity(r.Context(), session)
	if err != nil {
		return nil, err
	}
	b, err := s.basket(r.Context(), session, who)
	if err != nil {
		return nil, err
	}
	if len(b.Cart.Items) == 0 {
		return redirect("/cart"), nil
	}
	content := checkoutContent{b, shop.CheckDelivery(b.Customer.Name, b.Customer.Address) != nil}
	return page{Status: status, Name: "checkout", Title: "Check out", Message: message, Content: content, Pieces: &b.Cart.Pieces}, nil
}

// orderForm orders what the customer saw when they pressed the button, or shows how it looks now.
func (s *server) orderForm(r *http.Request, session *shop.Session) (response, error) {
	key := r.PostFormValue("key")
	order, _, err := s.placeOrder(r.Context(), session, key, func(b basket) error {
		if b.Key != key {
			return shop.Refuse(shop.ErrConflict, "your cart, an address or a price has changed meanwhile: please look again")
		}
		return nil
	})
	if errors.Is(err, shop.ErrConflict) {
		status, message := web.Explain(err)
		return s.showBasket(r, session, status, message)
	}
	return signInFirst(r, redirect(fmt.Sprintf("/orders/%d", order.ID)), err)
}
