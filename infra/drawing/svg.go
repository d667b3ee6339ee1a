package drawing

import (
	"bytes"
	"fmt"
	"html"
	"slices"
	"strings"

	"myclothes/infra/guards"
)

// Draw returns the architecture as an SVG document with a title, byte by byte the same for
// the same graph.
func Draw(title string, g guards.Graph) []byte {
	return document(title, arrange(read(g)))
}

// Title is the title of a stack with settings, as key=value, over those of its file.
func Title(stack string, settings []string) string {
	title := "MyClothes, stack " + stack
	if len(settings) > 0 {
		title += " with " + strings.Join(settings, ", ")
	}
	return title
}

// document stacks drawings, each under its title.
func document(title string, drawings ...*layout) []byte {
	width, height := 0, 0
	var body bytes.Buffer
	for i, l := range drawings {
		heading := title
		if len(drawings) > 1 {
			heading = []string{"Before", "After: " + title}[i] // the title names what is set after
		}
		fmt.Fprintf(&body, `<g transform="translate(0 %d)">`+"\n", height)
		l.write(&body, heading)
		if len(drawings) > 1 {
			l.writeMarks(&body, []Change{Removed, Added}[i])
		}
		body.WriteString("</g>\n")
		width, height = max(width, l.width), height+l.height
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title desc">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", html.EscapeString(title), html.EscapeString(drawings[len(drawings)-1].inWords()))
	b.WriteString(style)
	fmt.Fprintf(&b, `<rect class="paper" width="%d" height="%d" rx="8"/>`+"\n", width, height)
	b.Write(body.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// inWords says what is drawn to those who do not see it.
func (l *layout) inWords() string {
	var all []string
	for _, p := range append(slices.Clone(l.main), l.side...) {
		said := p.title
		for _, about := range p.about {
			said += ", " + about.text
		}
		all = append(all, said)
	}
	for _, r := range l.routes {
		said := r.from.title + " to " + r.to.title
		if r.label != "" {
			said += " on " + r.label
		}
		if r.change != Same {
			said += " (" + string(r.change) + ")"
		}
		all = append(all, said)
	}
	return strings.Join(all, "; ") + "."
}

func (l *layout) write(b *bytes.Buffer, title string) {
	write(b, margin, margin+22, "heading", title)
	l.writeBorders(b)
	l.writeZones(b)
	for _, p := range append(slices.Clone(l.main), l.side...) {
		l.writeFrame(b, p)
	}
	for _, r := range l.routes {
		r.write(b)
	}
	l.writeLegend(b)
}

func (l *layout) writeBorders(b *bytes.Buffer) {
	rect(b, l.region, "region", 10)
	rect(b, l.vpc, "vpc", 8)
	if len(l.zones) > 0 && l.side != nil {
		write(b, l.side[0].x, l.region.y+padding+17, "border", "Region "+strings.TrimRight(l.zones[0], "abcdefghij"))
	}
	for _, addresses := range l.network {
		write(b, l.left(), l.vpc.y+17, "border "+string(addresses.change), addresses.change.sign()+"VPC "+addresses.text)
	}
}

// left is where the zones begin.
func (l *layout) left() int {
	for _, p := range l.main {
		return p.x
	}
	return l.vpc.x + padding
}

// writeZones writes the columns behind everything that is in a zone, and the subnets in them.
func (l *layout) writeZones(b *bytes.Buffer) {
	for i, zone := range l.zones {
		x := l.left() + i*l.column
		write(b, x+padding, l.vpc.y+header+17, "zone", zone)
		for _, s := range l.subnets {
			at := slices.IndexFunc(l.bands, func(b band) bool { return b.tier == s.tier })
			if s.zone != zone || at < 0 {
				continue
			}
			row := l.bands[at]
			rect(b, box{x + 4, row.top, l.column - 8, row.bottom - row.top}, "subnet "+s.tier.String(), 6)
			write(b, x+padding, row.top+16, "faint "+string(s.addresses.change), s.label(l.column))
		}
	}
}

func (l *layout) writeFrame(b *bytes.Buffer, p *placed) {
	rect(b, p.box, fmt.Sprintf("frame %v %s", p.tier, p.change), 6)
	fmt.Fprintf(b, `<path class="shape %v" transform="translate(%d %d)" d="%s"/>`+"\n", p.tier, p.x+10, p.y+8, p.shape)
	write(b, p.x+36, p.y+line1, "title "+string(p.change), p.change.sign()+p.title)
	for i, about := range p.about {
		write(b, p.x+12, p.y+line1+18+lineHeight*i, "faint "+string(about.change), about.change.sign()+about.text)
	}
	in := map[string]int{}
	for _, n := range p.nodes {
		at := box{p.x + l.column*slices.Index(l.zones, n.zone) + 14, p.y + p.head() + in[n.zone]*(nodeHeight+6), l.column - 28, nodeHeight}
		in[n.zone]++
		rect(b, at, fmt.Sprintf("node %v %s", p.tier, n.change), 4)
		write(b, at.x+8, at.y+17, string(n.change), n.change.sign()+n.label)
	}
}

func (r *route) write(b *bytes.Buffer) {
	class := "arrow"
	if r.label == "" {
		class = "lead"
	}
	class += " " + string(r.change)
	if r.way == straight {
		draw(b, class, fmt.Sprintf("M%d %dV%d", r.fromX, r.fromY, r.toY))
		write(b, r.laneX+7, min(r.fromY, r.toY)+17, "label "+string(r.change), r.text())
		return
	}
	draw(b, class, fmt.Sprintf("M%d %dH%dV%dH%d", r.fromX, r.fromY, r.laneX, r.toY, r.toX))
	if r.laneX < r.toX {
		write(b, r.toX-padding-widthOf(r.text(), 12), r.toY-5, "label "+string(r.change), r.text())
	} else {
		write(b, r.toX+padding, r.toY-5, "label "+string(r.change), r.text())
	}
}

// writeMarks says, under the title, what the marks of one of two drawings mean.
func (l *layout) writeMarks(b *bytes.Buffer, c Change) {
	said := map[Change]string{Removed: "goes with the change", Added: "comes with the change"}[c]
	write(b, margin, margin+42, string(c), strings.TrimSpace(c.sign())+" "+said)
}

// writeLegend says what the arrows are.
func (l *layout) writeLegend(b *bytes.Buffer) {
	x, y := l.region.x, l.region.bottom()+24
	say := func(class, text string) {
		draw(b, class, fmt.Sprintf("M%d %dH%d", x, y-4, x+30))
		write(b, x+38, y, "faint", text)
		x += 38 + widthOf(text, 11) + 2*padding
	}
	say("arrow", "permitted connection, to a TCP port")
	if slices.ContainsFunc(l.routes, func(r *route) bool { return r.label == "" }) {
		say("lead", "where an endpoint leads")
	}
}

func rect(b *bytes.Buffer, at box, class string, radius int) {
	fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`+"\n", strings.TrimSpace(class), at.x, at.y, at.width, at.height, radius)
}

func draw(b *bytes.Buffer, class, path string) {
	fmt.Fprintf(b, `<path class="%s" d="%s" marker-end="url(#head)"/>`+"\n", strings.TrimSpace(class), path)
}

func write(b *bytes.Buffer, x, y int, class, text string) {
	if text != "" {
		fmt.Fprintf(b, `<text class="%s" x="%d" y="%d">%s</text>`+"\n", strings.TrimSpace(class), x, y, html.EscapeString(text))
	}
}
