package shop

// Product is something to buy.
type Product struct {
	SKU         string `json:"sku"`
	Name        string `json:"name"`
	Category    string `json:"category"`
	Colour      string `json:"colour"` // #rrggbb, of its picture
	Description string `json:"description"`
	PriceCents  int    `json:"priceCents"`
}

// Range is what the shop sells at one moment. It must not be modified.
type Range struct {
	Products []Product // in the order they are shown
	bySKU    map[string]int
}

// NewRange returns the range of these products.
func NewRange(products []Product) *Range {
	r := &Range{Products: products, bySKU: make(map[string]int, len(products))}
	for i, p := range products {
		r.bySKU[p.SKU] = i
	}
	return r
}

// Product returns the product with the SKU.
func (r *Range) Product(sku string) (Product, bool) {
	i, ok := r.bySKU[sku]
	if !ok {
		return Product{}, false
	}
	return r.Products[i], true
}
