package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"myclothes/app/shop"
)

// destinations are where a form may send the browser on to, besides its own next page.
var destinations = []string{"/account", "/cart", "/checkout", "/orders"}

// next is where to go after a form: where its field "next" says, if that is one of the destinations.
func next(r *http.Request, otherwise string) string {
	if wanted := r.FormValue("next"); slices.Contains(destinations, wanted) {
		return wanted
	}
	return otherwise
}

// signInFirst turns the error that nobody is signed in into the way to sign in and come back.
func signInFirst(r *http.Request, answer response, err error) (response, error) {
	var refusal *shop.Refusal
	if errors.Is(err, shop.ErrUnauthenticated) && !errors.As(err, &refusal) {
		return redirect("/sign-in?" + url.Values{"next": {r.URL.Path}}.Encode()), nil
	}
	return answer, err
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
	return page{status: status, name: "checkout", title: "Check out", message: message, content: content}, nil
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
		status, message := explain(err)
		return s.showBasket(r, session, status, message)
	}
	return signInFirst(r, redirect(fmt.Sprintf("/orders/%d", order.ID)), err)
}

func (s *server) orderPage(r *http.Request, session *shop.Session) (response, error) {
	order, err := s.order(r, session)
	return signInFirst(r, page{status: http.StatusOK, name: "order", title: fmt.Sprintf("Order %d", order.ID), content: order}, err)
}

func (s *server) ordersPage(r *http.Request, session *shop.Session) (response, error) {
	orders, err := s.orders(r.Context(), session)
	return signInFirst(r, page{status: http.StatusOK, name: "orders", title: "Your orders", content: orders}, err)
}

func (s *server) signOutEverywhereForm(r *http.Request, session *shop.Session) (response, error) {
	return redirect("/"), s.Store.SignOutEverywhere(r.Context(), session)
}
