// Package shop is the domain of MyClothes: products, carts, customers, the visitor's session, and what a
// store of them must promise. It knows neither HTTP nor any database.
package shop

import (
	"cmp"
	"fmt"
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

// Cart is what somebody wants to buy: at most one line per product, sorted by SKU.
type Cart struct {
	Lines []Line
}

// NewCart returns the cart with these lines, in the order every store shows them.
func NewCart(lines []Line) Cart {
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Compare(a.SKU, b.SKU) })
	return Cart{Lines: lines}
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
