package cookie

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"myclothes/app/shop"
)

// content is what a cookie says.
type content struct {
	expires   time.Time // whole seconds
	customer  int64     // 0: nobody is signed in
	wrote     shop.Position
	lastOrder int64       // since version 2
	lines     []shop.Line // sorted by SKU
}

// cart is the cart in it.
func (c content) cart() shop.Cart { return shop.Cart{Lines: c.lines, Orders: c.lastOrder} }

// errContent is content that encode never writes.
var errContent = errors.New("not the content of a cookie")

// encode writes the current version: expiry (Unix seconds), customer, position, latest order, and then quantity,
// length of the SKU and SKU of each line, up to the end. Numbers are unsigned varints.
func (c content) encode() []byte {
	b := make([]byte, 0, 24+16*len(c.lines))
	b = binary.AppendUvarint(b, uint64(c.expires.Unix()))
	b = binary.AppendUvarint(b, uint64(c.customer))
	b = binary.AppendUvarint(b, uint64(c.wrote))
	b = binary.AppendUvarint(b, uint64(c.lastOrder))
	for _, line := range c.lines {
		b = binary.AppendUvarint(b, uint64(line.Quantity))
		b = binary.AppendUvarint(b, uint64(len(line.SKU)))
		b = append(b, line.SKU...)
	}
	return b
}

// decode reads what encode wrote, now or when that was the current version, and accepts nothing else: lines must be
// sorted, different, and within the limits of a cart.
func decode(b []byte, version byte) (content, error) {
	r := reader{rest: b}
	c := content{expires: time.Unix(r.number(math.MaxInt64), 0), customer: r.number(math.MaxInt64), wrote: shop.Position(r.number(math.MaxInt64))}
	if version >= 2 {
		c.lastOrder = r.number(math.MaxInt64)
	}
	for last := ""; !r.broken && len(r.rest) > 0; {
		line := shop.Line{Quantity: int(r.number(shop.MaxQuantity))}
		line.SKU = r.text()
		if line.Quantity == 0 || line.SKU <= last || len(c.lines) == shop.MaxLines {
			return content{}, errContent
		}
		c.lines, last = append(c.lines, line), line.SKU
	}
	if r.broken {
		return content{}, errContent
	}
	return c, nil
}

// reader takes values from the front. After the first one that is not there, all are zero.
type reader struct {
	rest   []byte
	broken bool
}

func (r *reader) number(most uint64) int64 {
	n, size := binary.Uvarint(r.rest)
	if r.broken || size <= 0 || n > most {
		r.broken = true
		return 0
	}
	r.rest = r.rest[size:]
	return int64(n)
}

func (r *reader) text() string {
	length := r.number(uint64(len(r.rest)))
	if length > int64(len(r.rest)) { // the number itself took some of what was there
		r.broken = true
	}
	if r.broken {
		return ""
	}
	text := string(r.rest[:length])
	r.rest = r.rest[length:]
	return text
}
