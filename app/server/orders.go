package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"myclothes/app/shop"
)

// order returns one order of who is signed in.
func (s *server) order(r *http.Request, session *shop.Session) (shop.Order, error) {
	who, err := s.identity(r.Context(), session)
	if err != nil {
		return shop.Order{}, err
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return shop.Order{}, shop.ErrNotFound
	}
	return s.Orders.Order(r.Context(), who.Customer, id, who.Wrote)
}

// orders returns the latest orders of who is signed in.
func (s *server) orders(ctx context.Context, session *shop.Session) ([]shop.Order, error) {
	who, err := s.identity(ctx, session)
	if err != nil {
		return nil, err
	}
	return s.Orders.Orders(ctx, who.Customer, who.Wrote)
}

type orderList struct {
	Orders []shop.Order `json:"orders"`
}

func (s *server) listOrders(r *http.Request, session *shop.Session) (response, error) {
	orders, err := s.orders(r.Context(), session)
	if orders == nil {
		orders = []shop.Order{}
	}
	return body{http.StatusOK, orderList{orders}}, err
}

func (s *server) getOrder(r *http.Request, session *shop.Session) (response, error) {
	order, err := s.order(r, session)
	return body{http.StatusOK, order}, err
}

func (s *server) orderPage(r *http.Request, session *shop.Session) (response, error) {
	order, err := s.order(r, session)
	return signInFirst(r, page{Status: http.StatusOK, Name: "order", Title: fmt.Sprintf("Order %d", order.ID), Content: order}, err)
}

func (s *server) ordersPage(r *http.Request, session *shop.Session) (response, error) {
	orders, err := s.orders(r.Context(), session)
	return signInFirst(r, page{Status: http.StatusOK, Name: "orders", Title: "Your orders", Content: orders}, err)
}
