package shop

import (
	"fmt"
	"regexp"
	"time"
)

// Order is what a customer bought, with the names, prices and address of that moment.
type Order struct {
	ID         int64       `json:"id"`
	PlacedAt   time.Time   `json:"placedAt"`
	Name       string      `json:"name"` // of the customer, for the parcel
	Address    Address     `json:"address"`
	Lines      []OrderLine `json:"items"`
	TotalCents int         `json:"totalCents"`

	Cart      string `json:"-"` // ID of the cart that it was made from
	CartOrder int64  `json:"-"` // which order of that cart it is
}

// OrderLine is one product in an order.
type OrderLine struct {
	SKU            string `json:"sku"`
	Name           string `json:"name"`
	Quantity       int    `json:"quantity"`
	UnitPriceCents int    `json:"unitPriceCents"`
}

// TotalCents is the price of the whole line.
func (l OrderLine) TotalCents() int { return l.Quantity * l.UnitPriceCents }

// Total is the price of the lines together, in cents.
func Total(lines []OrderLine) (cents int) {
	for _, line := range lines {
		cents += line.TotalCents()
	}
	return cents
}

// Receipt is what the order takes out of the cart it was made from.
func (o Order) Receipt() Receipt {
	r := Receipt{Cart: o.Cart, Number: o.CartOrder}
	for _, line := range o.Lines {
		r.Lines = append(r.Lines, Line{SKU: line.SKU, Quantity: line.Quantity})
	}
	return r
}

// Receipt says what one order took out of a cart, and which one it is of the orders of that cart.
type Receipt struct {
	Cart   string // its ID
	Number int64  // 1 for the first order of the cart, and so on; orders that were lost leave gaps
	Lines  []Line
}

// Checkout asks for an order of what the customer was shown.
type Checkout struct {
	Key       string      // names the order: however often it is asked for, it is made once
	Cart      string      // ID of the cart that it is made from
	CartOrder int64       // which order of that cart it is to be: one more than Cart.Orders
	Lines     []OrderLine // as they were shown; the names do not matter
}

// CheckPrices refuses an order that is not what the customer was shown. now are those of the lines whose product is
// sold, with the prices of now.
func (c Checkout) CheckPrices(now []OrderLine) error {
	if len(now) != len(c.Lines) {
		return Refuse(ErrOutdated, "something in the cart is not sold any more: look at the cart again")
	}
	shown := map[string]int{}
	for _, line := range c.Lines {
		shown[line.SKU] = line.UnitPriceCents
	}
	for _, line := range now {
		if line.UnitPriceCents != shown[line.SKU] {
			return Refuse(ErrOutdated, "a price has changed: look at the cart again")
		}
	}
	return nil
}

var orderKey = regexp.MustCompile(`^[!-~]{1,64}$`)

// CheckOrderKey refuses what cannot name an order: accepted are 1 to 64 visible ASCII characters.
func CheckOrderKey(key string) error {
	if !orderKey.MatchString(key) {
		return Refuse(ErrInvalid, "Idempotency-Key must have 1 to 64 visible ASCII characters")
	}
	return nil
}

// CheckDelivery refuses an order that could not be delivered: all of name and address must be there.
func CheckDelivery(name string, a Address) error {
	for _, field := range []struct{ name, value string }{
		{"name", name}, {"street", a.Street}, {"postal code", a.PostalCode}, {"city", a.City}, {"country", a.Country},
	} {
		if field.value == "" {
			return Refuse(ErrConflict, fmt.Sprintf("the %s is missing: complete the address in your account first", field.name))
		}
	}
	return nil
}
