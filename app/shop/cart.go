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
// MaxLines lines after two carts became one; nothing new fits then until some are taken out.
type Cart struct {
	Lines     []Line
	LastOrder int64 // number of the latest order that was taken out of this cart; 0: none
}

// NewCart returns the cart with these lines, in the order every store shows them.
func NewCart(lines []Line) Cart {
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Compare(a.SKU, b.SKU) })
	return Cart{Lines: lines}
}

// Merge returns the lines of both carts. Of a product that is in both there are as many pieces as in the two
// together, up to MaxQuantity.
func Merge(one, other []Line) []Line {
	quantities := map[string]int{}
	for _, line := range slices.Concat(one, other) {
		quantities[line.SKU] = min(quantities[line.SKU]+line.Quantity, MaxQuantity)
	}
	return sorted(quantities)
}

// Without returns the lines without the pieces in taken: of each product that many fewer, or none.
func Without(lines, taken []Line) []Line {
	quantities := map[string]int{}
	for _, line := range lines {
		quantities[line.SKU] = line.Quantity
	}
	for _, line := range taken {
		quantities[line.SKU] -= line.Quantity
	}
	maps.DeleteFunc(quantities, func(_ string, quantity int) bool { return quantity <= 0 })
	return sorted(quantities)
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
