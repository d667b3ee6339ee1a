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

// Taken are the pieces that the order takes out of the cart.
func (o Order) Taken() []Line {
	lines := make([]Line, len(o.Lines))
	for i, line := range o.Lines {
		lines[i] = Line{SKU: line.SKU, Quantity: line.Quantity}
	}
	return lines
}

// Checkout asks for an order of what the customer was shown.
type Checkout struct {
	Key        string // names the order: however often it is asked for, it is made once
	Lines      []Line
	TotalCents int // what the lines cost together, as shown; an order of another price is refused
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
