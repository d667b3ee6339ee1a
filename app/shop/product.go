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
