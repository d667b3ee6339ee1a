// Package shop is the domain of MyClothes: products, carts, customers, the visitor's session, and what a
// store of them must promise. It knows neither HTTP nor any database.
package shop

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Limits of one cart. Stores enforce them where the change is made, so that two tabs together cannot pass them.
const (
	MaxQuantity = 99 // of one product
	MaxLines    = 50 // different products
)

// Line is one product in a cart. Its name and price are those of the product when it is looked at.
type Line struct {
	SKU      string
	Quantity int // 1 to MaxQuantity
}

// Cart is what somebody wants to buy: at most one line per product, sorted by SKU. It may have more than
// MaxLines lines after two carts became one; nothing new fits then until some are taken out. A Cart is a value:
// its methods return another one and leave it as it was.
type Cart struct {
	// ID names a customer's cart from its first line until the store loses it: what is begun after that is
	// another cart. Nothing can be ordered from a cart without one, which is that of a guest, or empty.
	ID string
	// Orders is how many orders have been taken out of the cart with this ID. An order is the next one of it, so
	// the database, which keeps both with the order, can tell what it has sold from what is still to be ordered.
	Orders int64
	Lines  []Line
}

// NewCart returns the cart with these lines, in the order every store shows them.
func NewCart(lines []Line) Cart {
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Compare(a.SKU, b.SKU) })
	return Cart{Lines: lines}
}

// Quantity is how many pieces of the product are in the cart.
func (c Cart) Quantity(sku string) int {
	if i, there := c.find(sku); there {
		return c.Lines[i].Quantity
	}
	return 0
}

// With returns the cart with the line made as long as quantity says (0 removes it), within the limits: refusals are
// TooMany and TooManyLines.
func (c Cart) With(sku string, quantity int) (Cart, error) {
	i, there := c.find(sku)
	switch {
	case quantity > MaxQuantity:
		return Cart{}, TooMany(sku)
	case !there && quantity > 0 && len(c.Lines) >= MaxLines:
		return Cart{}, TooManyLines()
	}
	c.Lines = slices.Clone(c.Lines)
	switch {
	case there && quantity == 0:
		c.Lines = slices.Delete(c.Lines, i, i+1)
	case there:
		c.Lines[i].Quantity = quantity
	case quantity > 0:
		c.Lines = slices.Insert(c.Lines, i, Line{SKU: sku, Quantity: quantity})
	}
	return c, nil
}

func (c Cart) find(sku string) (at int, there bool) {
	return slices.BinarySearchFunc(c.Lines, sku, func(line Line, sku string) int { return cmp.Compare(line.SKU, sku) })
}

// Merge returns the cart with the lines of another one added. Of a product that is in both there are as many pieces
// as in the two together, up to MaxQuantity; there may be more than MaxLines lines.
func (c Cart) Merge(lines []Line) Cart {
	quantities := map[string]int{}
	for _, line := range slices.Concat(c.Lines, lines) {
		quantities[line.SKU] = min(quantities[line.SKU]+line.Quantity, MaxQuantity)
	}
	c.Lines = sorted(quantities)
	return c
}

// Paid returns the cart without what was ordered from it: of each product that many pieces fewer, or none. A cart
// that the order was not made from, or that has paid for it already, stays as it is.
func (c Cart) Paid(r Receipt) Cart {
	if c.ID == "" || c.ID != r.Cart || r.Number <= c.Orders {
		return c
	}
	quantities := map[string]int{}
	for _, line := range c.Lines {
		quantities[line.SKU] = line.Quantity
	}
	for _, line := range r.Lines {
		quantities[line.SKU] -= line.Quantity
	}
	maps.DeleteFunc(quantities, func(_ string, quantity int) bool { return quantity <= 0 })
	return Cart{ID: c.ID, Orders: r.Number, Lines: sorted(quantities)}
}

func sorted(quantities map[string]int) []Line {
	lines := make([]Line, 0, len(quantities))
	for sku, quantity := range quantities {
		lines = append(lines, Line{SKU: sku, Quantity: quantity})
	}
	return NewCart(lines).Lines
}

// Count is the number of pieces in the cart.
func (c Cart) Count() int {
	n := 0
	for _, line := range c.Lines {
		n += line.Quantity
	}
	return n
}

// CheckAdd refuses a quantity that no addition may have.
func CheckAdd(quantity int) error {
	if quantity < 1 || quantity > MaxQuantity {
		return Refuse(ErrInvalid, fmt.Sprintf("quantity is %d: add between 1 and %d", quantity, MaxQuantity))
	}
	return nil
}

// CheckSet refuses a quantity that no line may have; 0 is accepted and removes the line.
func CheckSet(quantity int) error {
	if quantity < 0 || quantity > MaxQuantity {
		return Refuse(ErrInvalid, fmt.Sprintf("quantity is %d: set between 0 (remove) and %d", quantity, MaxQuantity))
	}
	return nil
}

// TooMany is the refusal of a change after which one line would have more than MaxQuantity pieces.
func TooMany(sku string) error {
	return Refuse(ErrLimit, fmt.Sprintf("at most %d pieces of %s fit in a cart", MaxQuantity, sku))
}

// TooManyLines is the refusal of a change after which the cart would have more than MaxLines lines.
func TooManyLines() error {
	return Refuse(ErrLimit, fmt.Sprintf("at most %d different products fit in a cart", MaxLines))
}
