package drawing

import (
	"cmp"
	"slices"
)

// way is how an arrow runs.
type way int

const (
	straight way = iota // to the frame above or below
	leftWay             // left of the zones
	rightWay            // out of the stack or to the side, right of the zones
	ways
)

// route is an arrow and its way: straight, or out of one frame, along a lane, into another.
type route struct {
	arrow
	way                    way
	from, to               *placed
	fromX, fromY, toX, toY int
	lane                   int // 0 is next to the frames
	laneX                  int
}

// text is what is written beside the arrow.
func (r *route) text() string {
	if r.label == "" {
		return "" // a sign alone says nothing
	}
	return r.change.sign() + r.label
}

// choose finds the way of every arrow. Between two neighbours one arrow can be straight.
func (l *layout) choose() {
	taken := map[*placed]bool{} // the space below a frame
	for _, a := range l.arrows {
		r := &route{arrow: a, from: l.named(a.from), to: l.named(a.to)}
		column := l.main
		if r.from.tier == regional {
			column = l.side
		}
		from, to := slices.Index(column, r.from), slices.Index(column, r.to)
		upper := r.from
		if to >= 0 && to < from {
			upper = r.to
		}
		switch {
		case to >= 0 && max(from-to, to-from) == 1 && !taken[upper]:
			taken[upper] = true
		case to < 0 || r.from.tier == regional || to < from && r.to.tier == outside:
			r.way = rightWay
		default:
			r.way = leftWay
		}
		l.routes = append(l.routes, r)
	}
}

func (l *layout) named(name string) *placed {
	all := append(slices.Clone(l.main), l.side...)
	return all[slices.IndexFunc(all, func(p *placed) bool { return p.name == name })]
}

// end is where an arrow meets a side of a frame.
type end struct {
	y     *int
	reach int // how far down the other end is; negative: up
	index int // of the arrow: where two lead the same way, the one that is first on top is last below
	group int // from top to bottom: turning back from above, going on to the other column, turning back from below
}

func (r *route) ends(p *placed, index int) (all []end) {
	add := func(y *int, reach int) {
		group := 0
		switch {
		case r.onward():
			group = 1
		case reach > 0:
			group = 2
		}
		all = append(all, end{y, reach, index, group})
	}
	if r.from == p {
		add(&r.fromY, r.to.y-r.from.y)
	}
	if r.to == p {
		add(&r.toY, r.from.y-r.to.y)
	}
	return all
}

// onward says whether an arrow leads from one column to the other, and so does not turn back.
func (r *route) onward() bool { return (r.from.tier == regional) != (r.to.tier == regional) }

// meet spreads the ends of arrows over the sides of their frames, so that arrows of one
// side do not cross. Of those that turn back the ones from above come first, the nearest
// first, and the ones to below last, the farthest first. Of those that go on, the higher
// one leads, the higher it begins.
func (l *layout) meet() {
	for _, p := range append(slices.Clone(l.main), l.side...) {
		for _, w := range []way{leftWay, rightWay} {
			var ends []end
			for i, r := range l.routes {
				if r.way == w {
					ends = append(ends, r.ends(p, i)...)
				}
			}
			slices.SortStableFunc(ends, func(a, b end) int {
				if a.group == 1 && b.group == 1 {
					return cmp.Compare(a.reach, b.reach)
				}
				return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(b.reach, a.reach), (a.group-1)*cmp.Compare(a.index, b.index))
			})
			for i, e := range ends {
				*e.y = p.y + p.height*(i+1)/(len(ends)+1)
			}
		}
	}
	l.level()
}

// level makes an arrow to the side a straight line where its frames are beside each other
// and nothing else meets the frame that it leads to.
func (l *layout) level() {
	for _, r := range l.routes {
		alone := !slices.ContainsFunc(l.routes, func(o *route) bool { return o != r && o.way == rightWay && (o.to == r.to || o.from == r.to) })
		if r.way == rightWay && r.to.tier == regional && alone && r.fromY > r.to.y+8 && r.fromY < r.to.bottom()-8 {
			r.toY = r.fromY
		}
	}
}

// run sets where the arrow goes from left to right: the first lanes of both sides are given,
// and how far right of a frame's left side straight arrows run.
func (r *route) run(firstLeft, firstRight, spine int) {
	switch r.way {
	case straight:
		r.laneX = r.from.x + spine
		if r.from.tier == regional || spine == 0 {
			r.laneX = r.from.x + r.from.width/2
		}
		r.fromX, r.toX, r.fromY, r.toY = r.laneX, r.laneX, r.from.bottom(), r.to.y
		if r.to.y < r.from.y {
			r.fromY, r.toY = r.from.y, r.to.bottom()
		}
	case leftWay:
		r.fromX, r.toX, r.laneX = r.from.x, r.to.x, firstLeft-laneWidth*r.lane
	case rightWay:
		r.fromX, r.toX, r.laneX = r.from.right(), r.to.right(), firstRight+laneWidth*r.lane
		if r.from.tier == regional {
			r.fromX = r.from.x
		}
		if r.to.tier == regional {
			r.toX = r.to.x
		}
	}
}
