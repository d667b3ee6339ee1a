package shoppers

import (
	"fmt"
	"maps"
	"slices"
)

// ledger is what a shopper must find, by the answers that the shop has given. Of a change that failed nobody knows
// whether it was made, or will be yet: its line is in doubt from then on, and not judged.
type ledger struct {
	pieces   map[string]int // of each product in the cart
	added    map[string]int // of these, since the line was last set, removed or ordered
	doubtful map[string]bool
	orders   []int64 // that were acknowledged
	unknown  int     // orders that may have been made
}

func newLedger() ledger {
	return ledger{pieces: map[string]int{}, added: map[string]int{}, doubtful: map[string]bool{}}
}

func (l *ledger) add(sku string, quantity int) {
	l.pieces[sku] += quantity
	l.added[sku] += quantity
}

func (l *ledger) set(sku string, becomes int) { l.pieces[sku], l.added[sku] = becomes, 0 }

func (l *ledger) doubt(sku string) { l.doubtful[sku] = true }

// certain says whether there is a line in the cart that is not in doubt.
func (l *ledger) certain() bool {
	for sku, quantity := range l.pieces {
		if quantity > 0 && !l.doubtful[sku] {
			return true
		}
	}
	return false
}

// inDoubt is the number of lines that are not judged.
func (l *ledger) inDoubt() int { return len(l.doubtful) }

// findings are what is not as it must be. Lost is what the shop has acknowledged and is not there: pieces, a removal
// or setting of a line, its payment by an order, an order. Doubled is what is there more often than asked for.
type findings struct {
	lost, doubled []string
	wrongOrders   int // of these: orders that are not there, were not asked for, or are the answer to two purchases
}

func (f *findings) lose(format string, values ...any) {
	f.lost = append(f.lost, fmt.Sprintf(format, values...))
}

func (f *findings) double(format string, values ...any) {
	f.doubled = append(f.doubled, fmt.Sprintf(format, values...))
}

// judgeCart compares the pieces in the cart.
func (l *ledger) judgeCart(got map[string]int) findings { return l.judge("in the cart", got) }

// judge compares pieces. More than there must be were added twice, unless there are so many more that the line was not
// set, removed or paid for before.
func (l *ledger) judge(where string, got map[string]int) (f findings) {
	for _, sku := range l.products(got) {
		more := got[sku] - l.pieces[sku]
		switch {
		case more == 0 || l.doubtful[sku]:
		case more > 0 && more <= l.added[sku]:
			f.double("%s: %d of %s, must be %d", where, got[sku], sku, l.pieces[sku])
		default:
			f.lose("%s: %d of %s, must be %d", where, got[sku], sku, l.pieces[sku])
		}
	}
	return f
}

func (l *ledger) products(got map[string]int) []string {
	all := maps.Clone(l.pieces)
	maps.Copy(all, got)
	return slices.Sorted(maps.Keys(all))
}

// ordered notes an order of the whole cart and judges it.
func (l *ledger) ordered(number int64, got map[string]int) (f findings) {
	if slices.Contains(l.orders, number) {
		f.lose("order %d is the answer to two purchases", number)
		f.wrongOrders++
		return f
	}
	l.orders = append(l.orders, number)
	f = l.judge(fmt.Sprintf("in order %d", number), got)
	for sku := range l.pieces {
		l.set(sku, 0)
	}
	return f
}

// orderUnknown notes that an order may have been made, of all that is in the cart.
func (l *ledger) orderUnknown() {
	l.unknown++
	for sku := range l.pieces {
		l.doubt(sku)
	}
}

// judgeOrders compares the orders that there are.
func (l *ledger) judgeOrders(got []int64) (f findings) {
	for _, number := range l.orders {
		if !slices.Contains(got, number) {
			f.lose("order %d was acknowledged and is not there", number)
			f.wrongOrders++
		}
	}
	unasked := 0
	for _, number := range got {
		if !slices.Contains(l.orders, number) {
			unasked++
		}
	}
	if unasked > l.unknown {
		f.double("%d orders were made without being asked for", unasked-l.unknown)
		f.wrongOrders++
	}
	return f
}
