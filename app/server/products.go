package server

import (
	"net/http"

	"myclothes/app/shop"
)

type productList struct {
	Products []shop.Product `json:"products"`
}

func (s *server) listProducts(r *http.Request, _ *shop.Session) (response, error) {
	sold, err := s.Catalog.Range(r.Context())
	if err != nil {
		return nil, err
	}
	return body{http.StatusOK, productList{sold.Products}}, nil
}

func (s *server) getProduct(r *http.Request, _ *shop.Session) (response, error) {
	sold, err := s.Catalog.Range(r.Context())
	if err != nil {
		return nil, err
	}
	product, ok := sold.Product(r.PathValue("sku"))
	if !ok {
		return nil, noSuchProduct()
	}
	return body{http.StatusOK, product}, nil
}

func noSuchProduct() error {
	return shop.Refuse(shop.ErrNotFound, "there is no such product")
}
