package memory

import "myclothes/app/shop"

// cart is a shop.Cart that can be changed. The zero value is empty.
type cart struct {
	lines     map[string]int // quantity by SKU
	lastOrder int64
}

// set changes one line within the limits; a refused change leaves the cart as it was.
func (c *cart) set(sku string, quantity int) (shop.Cart, error) {
	_, there := c.lines[sku]
	switch {
	case quantity > shop.MaxQuantity:
		return shop.Cart{}, shop.TooMany(sku)
	case quantity == 0:
		delete(c.lines, sku)
	case !there && len(c.lines) >= shop.MaxLines:
		return shop.Cart{}, shop.TooManyLines()
	case c.lines == nil:
		c.lines = map[string]int{sku: quantity}
	default:
		c.lines[sku] = quantity
	}
	return c.content(), nil
}

func (c *cart) merge(other cart) {
	c.replace(shop.Merge(c.content().Lines, other.content().Lines))
}

func (c *cart) take(order int64, lines []shop.Line) {
	if order > c.lastOrder {
		c.replace(shop.Without(c.content().Lines, lines))
		c.lastOrder = order
	}
}

func (c *cart) replace(lines []shop.Line) {
	c.lines = make(map[string]int, len(lines))
	for _, line := range lines {
		c.lines[line.SKU] = line.Quantity
	}
}

func (c *cart) content() shop.Cart {
	lines := make([]shop.Line, 0, len(c.lines))
	for sku, quantity := range c.lines {
		lines = append(lines, shop.Line{SKU: sku, Quantity: quantity})
	}
	content := shop.NewCart(lines)
	content.LastOrder = c.lastOrder
	return content
}
