package drawing

import (
	"cmp"
	"math"
	"slices"
)

// takeLanes gives the arrows of each side their lanes, from the frames outwards: the
// shortest first, each where it crosses the fewest of those before. Arrows that are never
// beside each other share a lane.
func (l *layout) takeLanes() {
	for _, w := range []way{leftWay, rightWay} {
		var ordered []*route
		for _, r := range l.ofWay(w) {
			best, fewest := 0, math.MaxInt
			for at := range len(ordered) + 1 {
				if n := crossings(slices.Insert(slices.Clone(ordered), at, r)); n <= fewest {
					best, fewest = at, n
				}
			}
			ordered = slices.Insert(ordered, best, r)
		}
		for i, r := range ordered {
			r.lane = 0
			for _, inner := range ordered[:i] {
				if r.beside(inner) {
					r.lane = max(r.lane, inner.lane+1)
				}
			}
			l.lanes[w] = max(l.lanes[w], r.lane+1)
		}
	}
}

// ofWay returns the arrows of a side, the shortest first.
func (l *layout) ofWay(w way) (all []*route) {
	for _, r := range l.routes {
		if r.way == w {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b *route) int { return cmp.Compare(a.bottom()-a.top(), b.bottom()-b.top()) })
	return all
}

func (r *route) top() int    { return min(r.fromY, r.toY) }
func (r *route) bottom() int { return max(r.fromY, r.toY) }

// beside says whether two arrows would touch in one lane.
func (r *route) beside(other *route) bool {
	return r.top() <= other.bottom()+endSpace/2 && other.top() <= r.bottom()+endSpace/2
}

// crossings counts how often arrows cross whose lanes are in this order.
func crossings(ordered []*route) (n int) {
	for outer, a := range ordered {
		for _, b := range ordered[:outer] {
			n += a.crosses(b, true) + b.crosses(a, false)
		}
	}
	return n
}

// crosses counts the ends of an arrow that run over the lane of another one, which is
// farther inside, or outside. An end runs to its own lane from inside, or from outside if
// it is one in the column beside.
func (r *route) crosses(other *route, isInside bool) (n int) {
	for _, e := range []struct {
		y       int
		outward bool
	}{{r.fromY, r.from.tier == regional}, {r.toY, r.to.tier == regional}} {
		if e.outward != isInside && other.top() <= e.y && e.y <= other.bottom() {
			n++
		}
	}
	return n
}
