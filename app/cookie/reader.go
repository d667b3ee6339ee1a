package cookie

import (
	"encoding/binary"

	"myclothes/app/shop"
)

// reader takes values from the front. After the first one that is not there, or is not as it must be, it is broken,
// and all are zero.
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

// bytes takes a length and as many bytes.
func (r *reader) bytes() []byte {
	length := r.number(uint64(len(r.rest)))
	if length > int64(len(r.rest)) { // the number itself took some of what was there
		r.broken = true
	}
	if r.broken {
		return nil
	}
	taken := r.rest[:length]
	r.rest = r.rest[length:]
	return taken
}

// lines takes the rest, which must be lines in the order of their SKUs, different, and within the limits of a cart.
func (r *reader) lines() (lines []shop.Line) {
	for last := ""; !r.broken && len(r.rest) > 0; {
		line := shop.Line{Quantity: int(r.number(shop.MaxQuantity)), SKU: string(r.bytes())}
		if line.Quantity == 0 || line.SKU <= last || len(lines) == shop.MaxLines {
			r.broken = true
			return nil
		}
		lines, last = append(lines, line), line.SKU
	}
	return lines
}
