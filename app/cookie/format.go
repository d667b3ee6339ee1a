package cookie

import (
	"encoding/binary"
	"errors"
	"math"

	"myclothes/app/shop"
)

// content is what a cookie says.
type content struct {
	expires  int64         // Unix seconds
	customer int64         // 0: nobody is signed in
	wrote    shop.Position // of the customer
	signedIn int64         // when the customer signed in, Unix seconds
	left     int64         // nobody is signed in: the customer who was; 0: nobody was
	cart     shop.Cart
	unknown  []byte // fields of a later release, as they were read
}

// errContent is content that encode never writes.
var errContent = errors.New("not the content of a cookie")

// The tags of fields. A release that wants to say more takes the next tag: releases before it keep that field and
// write it back. Only what they must not ignore needs another version (see version).
const (
	tagExpires  = 1 // Unix seconds
	tagCustomer = 2
	tagWrote    = 3
	tagSignedIn = 4 // Unix seconds
	tagCartID   = 5
	tagOrders   = 6
	tagLines    = 7 // of each line, by SKU: quantity, length of the SKU, SKU
	tagLeft     = 8
	lastTag     = tagLeft
)

// encode writes the current version: fields with ascending tags, of each the tag, the length, and the bytes. Fields
// that are zero are left out. Numbers are unsigned varints.
func (c content) encode() []byte {
	b := make([]byte, 0, 80+16*len(c.cart.Lines)+len(c.unknown))
	b = appendNumber(b, tagExpires, c.expires)
	b = appendNumber(b, tagCustomer, c.customer)
	b = appendNumber(b, tagWrote, int64(c.wrote))
	b = appendNumber(b, tagSignedIn, c.signedIn)
	b = appendField(b, tagCartID, []byte(c.cart.ID))
	b = appendNumber(b, tagOrders, c.cart.Orders)
	b = appendField(b, tagLines, encodeLines(c.cart.Lines))
	b = appendNumber(b, tagLeft, c.left)
	return append(b, c.unknown...)
}

func appendNumber(b []byte, tag uint64, n int64) []byte {
	if n == 0 {
		return b
	}
	return appendField(b, tag, binary.AppendUvarint(nil, uint64(n)))
}

func appendField(b []byte, tag uint64, value []byte) []byte {
	if len(value) == 0 {
		return b
	}
	b = binary.AppendUvarint(b, tag)
	b = binary.AppendUvarint(b, uint64(len(value)))
	return append(b, value...)
}

func encodeLines(lines []shop.Line) (b []byte) {
	for _, line := range lines {
		b = binary.AppendUvarint(b, uint64(line.Quantity))
		b = binary.AppendUvarint(b, uint64(len(line.SKU)))
		b = append(b, line.SKU...)
	}
	return b
}

// decode reads what encode wrote, now or when that was the current version.
func decode(b []byte, version byte) (content, error) {
	if version < 3 {
		return decodeUntagged(b, version)
	}
	var c content
	r := reader{rest: b}
	for last := int64(0); len(r.rest) > 0; {
		before := r.rest
		tag, value := r.number(math.MaxInt64), reader{rest: r.bytes()}
		if r.broken || tag <= last || tag <= lastTag && !c.set(tag, &value) {
			return content{}, errContent
		}
		if last = tag; tag > lastTag {
			c.unknown = append(c.unknown, before[:len(before)-len(r.rest)]...)
		}
	}
	return c, nil
}

// set takes the value of a field, and says whether encode could have written it.
func (c *content) set(tag int64, value *reader) bool {
	switch tag {
	case tagExpires:
		c.expires = value.number(math.MaxInt64)
	case tagCustomer:
		c.customer = value.number(math.MaxInt64)
	case tagWrote:
		c.wrote = shop.Position(value.number(math.MaxInt64))
	case tagSignedIn:
		c.signedIn = value.number(math.MaxInt64)
	case tagCartID:
		c.cart.ID, value.rest = string(value.rest), nil
	case tagOrders:
		c.cart.Orders = value.number(math.MaxInt64)
	case tagLines:
		c.cart.Lines = value.lines()
	case tagLeft:
		c.left = value.number(math.MaxInt64)
	}
	return !value.broken && len(value.rest) == 0
}

// decodeUntagged reads versions 1 and 2: expiry, customer, position, in version 2 a number that means nothing any more,
// and then the lines.
func decodeUntagged(b []byte, version byte) (content, error) {
	r := reader{rest: b}
	c := content{expires: r.number(math.MaxInt64), customer: r.number(math.MaxInt64), wrote: shop.Position(r.number(math.MaxInt64))}
	if version == 2 {
		r.number(math.MaxInt64)
	}
	if c.cart.Lines = r.lines(); r.broken {
		return content{}, errContent
	}
	return c, nil
}
