package redis

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"myclothes/app/shop"
)

// The store keeps hashes:
//
//	s:<key>           a session, under shop.StorageKey of its token. That of a guest has the lines of the cart.
//	cart:<number>     the cart of a customer, which all their sessions share.
//	account:<number>  of a customer: "epoch", which their sessions name, or are over; "wrote", their position.
//
// A field that begins with a small letter or a digit is a line: SKU and quantity. All others are metadata, below; a name
// means the same in every hash.
//
// Releases run side by side, so each reads what the next one writes. A new release may add metadata to any hash: those
// before it keep it and otherwise ignore it. If that is not enough, it sets fieldFormat: releases that cannot read it
// answer shop.ErrUnavailable, to reads too, and change nothing. The same is answered when a value is none that this
// release could have written. Therefore a format is read in one release before the next one writes it.
const (
	fieldSince    = "+" // of a session: when it began or the customer signed in, Unix seconds
	fieldCustomer = "@" // of a customer's session: number, ":" and epoch; what follows another ":" is ignored
	fieldChanges  = "*" // of a cart: ids of its latest changes, newest first (see newOperation)
	fieldID       = "#" // of a customer's cart: see shop.Cart
	fieldOrders   = "=" // of a customer's cart: see shop.Cart
	fieldFormat   = "%" // the first format that reads the hash; without it, all do

	format = 1 // what this release reads
)

// newOperation returns the id of a change, which stays the same when it is sent again: 4 random bytes, by which it is
// found fast among others, and the Unix seconds at which it was asked for, 4 bytes, big-endian.
func newOperation() string {
	id := binary.BigEndian.AppendUint32(make([]byte, 0, 8), rand.Uint32())
	return string(binary.BigEndian.AppendUint32(id, uint32(time.Now().Unix())))
}

// hash is what a session or a cart says.
type hash struct {
	cart     shop.Cart
	customer bool      // it is a customer's session
	since    time.Time // of a session
}

// readHash reads what HGETALL or a script returned: fields and values in turn.
func readHash(content []any) (h hash, err error) {
	lines := make([]shop.Line, 0, len(content)/2)
	for i := 0; i+1 < len(content) && err == nil; i += 2 {
		field, value := asText(content[i]), asText(content[i+1])
		switch {
		case isLine(field):
			var quantity int
			quantity, err = readQuantity(value)
			lines = append(lines, shop.Line{SKU: field, Quantity: quantity})
		default:
			err = h.readMetadata(field, value)
		}
	}
	if err != nil {
		return hash{}, unreadable(err)
	}
	h.cart.Lines = shop.NewCart(lines).Lines
	return h, nil
}

func readQuantity(value string) (int, error) {
	quantity, err := strconv.ParseUint(value, 10, 31)
	if err == nil && quantity == 0 {
		err = errors.New("a line without pieces")
	}
	return int(quantity), err
}

// unreadable is the error of what another release must have written, for this reason.
func unreadable(why error) error {
	return fmt.Errorf("cache: not to be read by this release: %w: %w", shop.ErrUnavailable, why)
}

func (h *hash) readMetadata(field, value string) (err error) {
	switch field {
	case fieldFormat:
		var needs int
		if needs, err = strconv.Atoi(value); needs > format {
			err = fmt.Errorf("format %d", needs)
		}
	case fieldSince:
		var seconds int64
		seconds, err = strconv.ParseInt(value, 10, 64)
		h.since = time.Unix(seconds, 0)
	case fieldCustomer:
		h.customer = true
	case fieldID:
		h.cart.ID = value
	case fieldOrders:
		h.cart.Orders, err = strconv.ParseInt(value, 10, 64)
	}
	return err
}

func isLine(field string) bool {
	return field != "" && (field[0] >= 'a' && field[0] <= 'z' || field[0] >= '0' && field[0] <= '9')
}

// asText returns a value that was in a hash, a string, or was computed by a script, an integer.
func asText(value any) string {
	if number, ok := value.(int64); ok {
		return strconv.FormatInt(number, 10)
	}
	s, _ := value.(string)
	return s
}
