package server

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// cartView is a cart with the names and prices of now.
type cartView struct {
	Items      []cartItem `json:"items"`
	TotalCents int        `json:"totalCents"`
	Pieces     int        `json:"-"`
}

type cartItem struct {
	SKU            string       `json:"sku"`
	Name           string       `json:"name"`
	Quantity       int          `json:"quantity"`
	UnitPriceCents int          `json:"unitPriceCents"`
	Withdrawn      bool         `json:"withdrawn,omitempty"` // not sold any more: has no price, and no name but the SKU
	Product        shop.Product `json:"-"`
}

// TotalCents is the price of the whole line.
func (i cartItem) TotalCents() int { return i.Quantity * i.UnitPriceCents }

// newCartView shows all lines, those too whose product is not sold any more: their owner takes them out.
func newCartView(cart shop.Cart, sold *shop.Range) cartView {
	view := cartView{Items: make([]cartItem, 0, len(cart.Lines)), Pieces: cart.Count()}
	for _, line := range cart.Lines {
		item := cartItem{SKU: line.SKU, Name: line.SKU, Quantity: line.Quantity, Withdrawn: true}
		if product, ok := sold.Product(line.SKU); ok {
			item = cartItem{SKU: line.SKU, Name: product.Name, Quantity: line.Quantity, UnitPriceCents: product.PriceCents, Product: product}
		}
		view.Items = append(view.Items, item)
		view.TotalCents += item.TotalCents()
	}
	return view
}

// Withdrawn reports whether something in the cart is not sold any more.
func (v cartView) Withdrawn() bool { return v.checkAvailable() != nil }

// checkAvailable refuses to order a cart in which something is not sold any more: it must not be left out silently.
func (v cartView) checkAvailable() error {
	for _, item := range v.Items {
		if item.Withdrawn {
			return shop.Refuse(shop.ErrConflict, item.Name+" is no longer available: remove it from the cart, then order")
		}
	}
	return nil
}

// readCart, add and set are the operations on carts, for the API and the pages alike.
func (s *server) readCart(ctx context.Context, session *shop.Session) (cartView, error) {
	sold, err := s.Catalog.Range(ctx)
	if err != nil {
		return cartView{}, err
	}
	cart, err := s.Store.Cart(ctx, session)
	return newCartView(cart, sold), err
}

func (s *server) add(ctx context.Context, session *shop.Session, sku string, quantity int) (cartView, error) {
	if err := shop.CheckAdd(quantity); err != nil {
		return cartView{}, err
	}
	sold, err := s.Catalog.Range(ctx)
	if err != nil {
		return cartView{}, err
	}
	if _, ok := sold.Product(sku); !ok {
		return cartView{}, noSuchProduct()
	}
	cart, err := s.Store.Add(ctx, session, sku, quantity)
	return newCartView(cart, sold), err
}

func (s *server) set(ctx context.Context, session *shop.Session, sku string, quantity int) (cartView, error) {
	if err := shop.CheckSet(quantity); err != nil {
		return cartView{}, err
	}
	sold, err := s.Catalog.Range(ctx)
	if err != nil {
		return cartView{}, err
	}
	if _, ok := sold.Product(sku); !ok && quantity > 0 {
		return cartView{}, noSuchProduct()
	}
	cart, err := s.Store.Set(ctx, session, sku, quantity)
	return newCartView(cart, sold), err
}

func (s *server) getCart(r *http.Request, session *shop.Session) (response, error) {
	view, err := s.readCart(r.Context(), session)
	return body{http.StatusOK, view}, err
}

func (s *server) addItem(r *http.Request, session *shop.Session) (response, error) {
	item, err := web.Decode[struct {
		SKU      string `json:"sku"`
		Quantity int    `json:"quantity"`
	}](r)
	if err != nil {
		return nil, err
	}
	view, err := s.add(r.Context(), session, item.SKU, item.Quantity)
	return body{http.StatusOK, view}, err
}

func (s *server) setItem(r *http.Request, session *shop.Session) (response, error) {
	item, err := web.Decode[struct {
		Quantity *int `json:"quantity"`
	}](r)
	if err != nil {
		return nil, err
	}
	if item.Quantity == nil {
		return nil, web.Malformed("quantity is missing")
	}
	view, err := s.set(r.Context(), session, r.PathValue("sku"), *item.Quantity)
	return body{http.StatusOK, view}, err
}

func (s *server) removeItem(r *http.Request, session *shop.Session) (response, error) {
	view, err := s.set(r.Context(), session, r.PathValue("sku"), 0)
	return body{http.StatusOK, view}, err
}

func (s *server) clearCart(r *http.Request, session *shop.Session) (response, error) {
	return noContent{}, s.Store.Clear(r.Context(), session)
}

// quantityOf reads the field quantity of a form.
func quantityOf(r *http.Request) (int, error) {
	quantity, err := strconv.Atoi(r.PostFormValue("quantity"))
	if err != nil {
		return 0, shop.Refuse(shop.ErrInvalid, "the quantity must be a number")
	}
	return quantity, nil
}

func (s *server) cartPage(r *http.Request, session *shop.Session) (response, error) {
	view, err := s.readCart(r.Context(), session)
	return page{Status: http.StatusOK, Name: "cart", Title: "Your cart", Content: view, Pieces: &view.Pieces}, err
}

func (s *server) addForm(r *http.Request, session *shop.Session) (response, error) {
	quantity, err := quantityOf(r)
	if err != nil {
		return nil, err
	}
	sku := r.PostFormValue("sku")
	if _, err := s.add(r.Context(), session, sku, quantity); err != nil {
		return nil, err
	}
	shown := selectionOf(r)
	query := url.Values{"added": {sku}}
	if shown.Category != "" {
		query.Set("category", shown.Category)
	}
	if shown.Search != "" {
		query.Set("q", shown.Search)
	}
	back := url.URL{Path: "/", RawQuery: query.Encode(), Fragment: sku}
	return redirect(back.String()), nil
}

func (s *server) quantityForm(r *http.Request, session *shop.Session) (response, error) {
	quantity, err := quantityOf(r)
	if err != nil {
		return nil, err
	}
	_, err = s.set(r.Context(), session, r.PathValue("sku"), quantity)
	return redirect("/cart"), err
}
