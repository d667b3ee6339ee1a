package drawing

import (
	"slices"
)

// Sizes in units of the drawing, which a browser takes for pixels.
const (
	margin     = 12
	padding    = 12 // inside a border
	titleRow   = 52 // above everything
	legendRow  = 34 // below everything
	header     = 24 // where a border's name is written
	line1      = 22 // from the top of a frame to its title
	lineHeight = 16
	nodeHeight = 26
	between    = 26 // two frames of a tier, or of the column beside
	laneWidth  = 22
	endSpace   = 18 // between the ends of two arrows on one side of a frame
	zonesWidth = 528
	leastZone  = 124
	mostZone   = 184
	leastSide  = 200

	// withAddresses is how wide a zone is at least in which the addresses of subnets are written.
	withAddresses = 150
)

// box is where something is.
type box struct{ x, y, width, height int }

func (b box) right() int  { return b.x + b.width }
func (b box) bottom() int { return b.y + b.height }

// layout is where everything is.
type layout struct {
	contents
	width, height int
	column        int // width of a zone
	zones         []string
	main, side    []*placed // from top to bottom
	bands         []band    // where tiers are
	routes        []*route
	lanes         [ways]int // how many lanes there are on each side
	vpc, region   box
}

// placed is a frame and where it is.
type placed struct {
	frame
	box
}

// band is the row of a tier.
type band struct {
	tier        tier
	top, bottom int
}

// arrange finds a place for all contents.
func arrange(c contents) *layout {
	l := &layout{contents: c, zones: zones(c)}
	l.column = l.zoneWidth()
	for _, f := range c.frames {
		if f.tier == regional {
			l.side = append(l.side, &placed{frame: f})
		} else {
			l.main = append(l.main, &placed{frame: f})
		}
	}
	l.choose()
	l.placeRows()
	l.placeSide()
	l.meet()
	l.takeLanes()
	l.placeColumns()
	return l
}

// zoneWidth is how wide a zone's column is. Arrows run between columns, so what is written in one ends there, however
// long its addresses are.
func (l *layout) zoneWidth() int {
	width := min(mostZone, max(leastZone, zonesWidth/max(1, len(l.zones))))
	if width < withAddresses {
		return width
	}
	for _, s := range l.subnets {
		width = max(width, padding+widthOf(s.label(width), 11)+padding)
	}
	return width
}

func zones(c contents) (names []string) {
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, s := range c.subnets {
		add(s.zone)
	}
	for _, f := range c.frames {
		for _, n := range f.nodes {
			add(n.zone)
		}
	}
	slices.Sort(names)
	return names
}

// head is how much room the title needs, with what is said under it.
func (p *placed) head() int { return line1 + 8 + lineHeight*len(p.about) }

// depth is the greatest number of nodes in one zone.
func (p *placed) depth() (most int) {
	in := map[string]int{}
	for _, n := range p.nodes {
		in[n.zone]++
		most = max(most, in[n.zone])
	}
	return most
}

// tall returns how high a frame has to be, for what is in it and for the arrows at its sides.
func (l *layout) tall(p *placed) int {
	ends := map[way]int{}
	most := 0
	for _, r := range l.routes {
		if r.from == p || r.to == p {
			ends[r.way]++
			if r.way != straight {
				most = max(most, ends[r.way])
			}
		}
	}
	return max(p.head()+p.depth()*(nodeHeight+6)+4, endSpace*(most+1))
}

// placeRows places what is in zones, or above them, from top to bottom.
func (l *layout) placeRows() {
	y := margin + titleRow
	inside := false
	for i, p := range l.main {
		if p.tier != outside && !inside {
			inside = true
			l.region.y = y
			l.vpc.y = y + padding
			y = l.vpc.y + 2*header
		}
		if p.tier != outside && (i == 0 || l.main[i-1].tier != p.tier) {
			l.bands = append(l.bands, band{tier: p.tier, top: y})
			y += header
		}
		p.y, p.height = y, l.tall(p)
		y = p.bottom() + between
		if p.tier != outside {
			l.bands[len(l.bands)-1].bottom = p.bottom() + padding
		}
	}
	if !inside {
		l.region.y, l.vpc.y = y, y+padding
		y += 2*header + padding
	}
	l.vpc.height = y - between + 2*padding - l.vpc.y
	l.region.height = l.vpc.bottom() + padding - l.region.y
}

// placeSide places what is in no zone beside what leads there first.
func (l *layout) placeSide() {
	y := l.region.y + padding + header
	for _, p := range l.main {
		leads := slices.ContainsFunc(l.routes, func(r *route) bool { return r.from == p && r.to.tier == regional })
		if leads {
			y = max(y, p.y)
			break
		}
	}
	for _, p := range l.side {
		p.y, p.height = y, l.tall(p)
		y = p.bottom() + between
	}
	l.region.height = max(l.region.height, y-between+padding-l.region.y)
	l.height = l.region.bottom() + legendRow + margin
}

// placeColumns places everything from left to right, when it is known how many lanes there are.
func (l *layout) placeColumns() {
	labels := func(w way, to func(*placed) bool) (widest int) {
		for _, r := range l.routes {
			if r.way == w && to(r.to) {
				widest = max(widest, widthOf(r.text(), 12)+padding)
			}
		}
		return widest + padding
	}
	inZones := func(p *placed) bool { return p.tier != regional }
	inRegion := func(p *placed) bool { return p.tier == regional }
	l.region.x = margin
	l.vpc.x = l.region.x + padding
	leftLabels := max(padding, labels(leftWay, inZones))
	left := l.vpc.x + laneWidth*l.lanes[leftWay] + leftLabels
	right := left + l.column*len(l.zones)
	firstLane := right + max(padding, labels(rightWay, inZones))
	l.vpc.width = firstLane + laneWidth*l.lanes[rightWay] - l.vpc.x
	beside := l.vpc.right() + labels(rightWay, inRegion)
	for _, p := range l.main {
		p.x, p.width = left, right-left
	}
	sideWidth := leastSide
	for _, p := range l.side {
		for _, about := range p.about {
			sideWidth = max(sideWidth, widthOf(about.change.sign()+about.text, 12)+2*padding)
		}
	}
	l.region.width = l.vpc.right() + padding - l.region.x
	if l.side != nil {
		l.region.width = beside + sideWidth + padding - l.region.x
	}
	for _, p := range l.side {
		p.x, p.width = beside, sideWidth
	}
	l.width = l.region.right() + margin
	for _, r := range l.routes {
		r.run(left-leftLabels, firstLane, l.column*(len(l.zones)/2))
	}
}

// widthOf is how wide a text is at most, in a usual font of a size.
func widthOf(text string, size int) int { return len([]rune(text)) * size * 6 / 10 }
