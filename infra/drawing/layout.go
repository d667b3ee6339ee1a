package drawing

import (
	"cmp"
	"slices"

	"myclothes/infra/guards"
)

// Sizes in units of the drawing, which a browser takes for pixels.
const (
	margin     = 16
	gutter     = 60 // beside the frames, before the first lane of arrows
	lane       = 26 // between two lanes
	column     = 186
	sideWidth  = 230 // of the column for what is in no zone
	header     = 40
	titleSpace = 28
	line       = 15 // of what is said under a title
	nodeHeight = 30
	between    = 26 // frames
	tierSpace  = 30 // above the first frame of a tier, for its name
)

// box is where something is.
type box struct{ x, y, width, height int }

func (b box) right() int  { return b.x + b.width }
func (b box) bottom() int { return b.y + b.height }

// layout is where everything is.
type layout struct {
	width, height int
	zones         []string
	left          int // where the zones begin
	frames        []placed
	tiers         map[tier]int // where a tier's name is written
	arrows        []route
	bottom        int // of the zones
}

// placed is a frame and where it is.
type placed struct {
	frame
	box
	stranger bool
}

// route is an arrow and its way: out of one frame, along a lane, into another.
type route struct {
	arrow
	fromX, fromY, lane, toX, toY int
}

// arrange finds a place for everything in a graph.
func arrange(g, against guards.Graph) *layout {
	frames := parts(g)
	all := arrows(g, against)
	l := &layout{zones: zones(frames), tiers: map[tier]int{}}
	inner, outer := lanes(all, frames)
	l.left = margin + gutter + lane*inner
	side := l.left + column*len(l.zones) + gutter + lane*outer
	y := margin
	for _, name := range strangers(all, frames) {
		at := box{l.left, y, column * len(l.zones), header}
		l.frames = append(l.frames, placed{frame{name: name, title: name}, at, true})
		y = at.bottom() + between
	}
	y += header // the names of the zones
	beside := y
	for _, f := range frames {
		if f.tier == regional {
			beside = l.place(f, box{side, beside, sideWidth, f.head() + 6}) + between/2
			continue
		}
		y = l.place(f, box{l.left, y, column * len(l.zones), f.head() + f.depth()*(nodeHeight+6) + 8}) + between
	}
	l.bottom = max(y, beside) - between/2
	l.width, l.height = side+margin, l.bottom+margin
	if slices.ContainsFunc(frames, func(f frame) bool { return f.tier == regional }) {
		l.width += sideWidth
	}
	l.route(all)
	return l
}

// place puts a frame below the others of its column, and returns where it ends.
func (l *layout) place(f frame, at box) (bottom int) {
	if _, begun := l.tiers[f.tier]; !begun {
		l.tiers[f.tier] = at.y + tierSpace - 10
		at.y += tierSpace
	}
	l.frames = append(l.frames, placed{f, at, false})
	return at.bottom()
}

// head is how much room the title needs, with what is said under it.
func (f frame) head() int { return titleSpace + line*len(f.about) }

// depth is the greatest number of nodes in one zone.
func (f frame) depth() (most int) {
	in := map[string]int{}
	for _, n := range f.nodes {
		in[n.zone]++
		most = max(most, in[n.zone])
	}
	return most
}

func zones(frames []frame) (names []string) {
	for _, f := range frames {
		for _, n := range f.nodes {
			if !slices.Contains(names, n.zone) {
				names = append(names, n.zone)
			}
		}
	}
	slices.Sort(names)
	return names
}

// lanes counts the arrows that run left and right of the zones.
func lanes(all []arrow, frames []frame) (left, right int) {
	for _, a := range all {
		if aside(a, frames) {
			right++
		} else {
			left++
		}
	}
	return left, right
}

// aside says whether an arrow ends at what is in no zone.
func aside(a arrow, frames []frame) bool {
	return slices.ContainsFunc(frames, func(f frame) bool { return f.tier == regional && (f.name == a.from || f.name == a.to) })
}

// route leads every arrow along a lane of its own. Those to the left turn back, so the short ones are inside; those to
// the right go on, so the long ones are.
func (l *layout) route(all []arrow) {
	var frames []frame
	for _, p := range l.frames {
		frames = append(frames, p.frame)
	}
	length := func(a arrow) int { return abs(l.named(a.from).y - l.named(a.to).y) }
	slices.SortStableFunc(all, func(a, b arrow) int { return cmp.Compare(length(a), length(b)) })
	_, right := lanes(all, frames)
	left := 0
	for _, a := range all {
		from, to := l.named(a.from), l.named(a.to)
		r := route{arrow: a}
		if aside(a, frames) {
			right--
			r.fromX, r.toX, r.lane = from.right(), to.x, from.right()+gutter/2+lane*right
		} else {
			r.fromX, r.toX, r.lane = from.x, to.x, from.x-gutter-lane*left
			left++
		}
		l.arrows = append(l.arrows, r)
	}
	l.meet()
}

// end is where an arrow meets a side of a frame.
type end struct {
	y     *int
	reach int // how far down the other end is; negative: up
}

// meet spreads the ends of arrows over the sides of their frames, so that arrows of one side do not cross. On the left
// those from above come first, the nearest first, and then those to below, the farthest first; on the right the higher
// an arrow leads, the higher it begins.
func (l *layout) meet() {
	for _, p := range l.frames {
		sides := map[int][]end{}
		for i := range l.arrows {
			r := &l.arrows[i]
			reach := l.named(r.to).y - l.named(r.from).y
			if r.from == p.name {
				sides[r.fromX] = append(sides[r.fromX], end{&r.fromY, reach})
			}
			if r.to == p.name {
				sides[r.toX] = append(sides[r.toX], end{&r.toY, -reach})
			}
		}
		for x, ends := range sides {
			slices.SortStableFunc(ends, func(a, b end) int {
				if x != p.x || a.reach < 0 != (b.reach < 0) {
					return cmp.Compare(a.reach, b.reach)
				}
				return cmp.Compare(b.reach, a.reach)
			})
			for i, e := range ends {
				*e.y = p.y + p.height*(i+1)/(len(ends)+1)
			}
		}
	}
}

func (l *layout) named(name string) placed {
	return l.frames[slices.IndexFunc(l.frames, func(p placed) bool { return p.name == name })]
}

func abs(n int) int { return max(n, -n) }
