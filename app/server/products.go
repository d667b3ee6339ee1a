package server

import (
	"net/http"
	"slices"
	"strings"

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

// selection is which products a visitor looks at: those of a category, if any, that have all words of the search.
type selection struct {
	Category string
	Search   string
}

// selectionOf reads a selection from a query or a form. A search that is too long to be one is cut.
func selectionOf(r *http.Request) selection {
	search := []rune(strings.ToValidUTF8(strings.Join(strings.Fields(r.FormValue("q")), " "), ""))
	return selection{Category: r.FormValue("category"), Search: string(search[:min(len(search), shop.MaxText)])}
}

func (s selection) includes(p shop.Product) bool {
	if s.Category != "" && s.Category != p.Category {
		return false
	}
	text := strings.ToLower(p.Name + " " + p.Category + " " + p.Description)
	for _, word := range strings.Fields(strings.ToLower(s.Search)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

type shopContent struct {
	selection
	Products   []shop.Product
	Categories []string
	Added      string // SKU just put into the cart
}

func (s *server) shopPage(r *http.Request, _ *shop.Session) (response, error) {
	sold, err := s.Catalog.Range(r.Context())
	if err != nil {
		return nil, err
	}
	content := shopContent{selection: selectionOf(r), Added: r.FormValue("added")}
	for _, product := range sold.Products {
		if !slices.Contains(content.Categories, product.Category) {
			content.Categories = append(content.Categories, product.Category)
		}
		if content.includes(product) {
			content.Products = append(content.Products, product)
		}
	}
	return page{Status: http.StatusOK, Name: "shop", Title: "Clothes", Content: content}, nil
}
