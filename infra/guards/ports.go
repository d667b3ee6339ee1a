package guards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Ports are a range of ports, both ends included.
type Ports struct{ First, Last int }

// allPorts is what a rule opens that names none.
var allPorts = Ports{0, 1<<16 - 1}

// String is one number, or two with a dash.
func (p Ports) String() string {
	if p.First == p.Last {
		return fmt.Sprint(p.First)
	}
	return fmt.Sprintf("%d-%d", p.First, p.Last)
}

// and returns what both ranges have; ok is false when that is nothing.
func (p Ports) and(other Ports) (both Ports, ok bool) {
	both = Ports{max(p.First, other.First), min(p.Last, other.Last)}
	return both, both.First <= both.Last
}

// Ranges are ports in order, no two ranges of which touch.
type Ranges []Ports

// String is the ranges with commas between them.
func (r Ranges) String() string {
	var all []string
	for _, ports := range r {
		all = append(all, ports.String())
	}
	return strings.Join(all, ",")
}

// with returns the ranges and one more.
func (r Ranges) with(more Ports) Ranges {
	all := append(slices.Clone(r), more)
	slices.SortFunc(all, func(a, b Ports) int { return cmp.Compare(a.First, b.First) })
	joined := all[:1]
	for _, next := range all[1:] {
		if last := &joined[len(joined)-1]; next.First <= last.Last+1 {
			last.Last = max(last.Last, next.Last)
		} else {
			joined = append(joined, next)
		}
	}
	return joined
}
