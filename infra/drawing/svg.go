package drawing

import (
	"bytes"
	"fmt"
	"html"
	"slices"

	"myclothes/infra/guards"
)

// style makes the drawing legible on light and on dark.
const style = `<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.faint { fill: #59636e; font-size: 11px }
.frame { fill: #ffffff; stroke: #59636e }
.node { fill: #eef2f6; stroke: #b6bec8 }
.zone { fill: #f6f8fa; stroke: #d1d9e0; stroke-dasharray: 4 4 }
.arrow { fill: none; stroke: #0969da; stroke-width: 1.5 }
.head, .label { fill: #0969da }
.added { stroke: #1a7f37; stroke-width: 3 }
.removed { stroke: #d1242f; stroke-width: 3; stroke-dasharray: 6 4 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.faint { fill: #9198a1 }
.frame { fill: #151b23; stroke: #9198a1 }
.node { fill: #262c36; stroke: #3d444d }
.zone { fill: #0d1117; stroke: #3d444d }
.arrow { stroke: #4493f8 }
.head, .label { fill: #4493f8 }
.added { stroke: #3fb950 }
.removed { stroke: #f85149 }
}
</style>
<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker>
`

// Draw returns the architecture as an SVG document, byte by byte the same for the same
// graph. With another graph to compare with, arrows that only one of the two has are
// marked; against may be nil.
func Draw(g, against guards.Graph) []byte {
	l := arrange(g, against)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="Architecture">`+"\n",
		l.width, l.height, l.width, l.height)
	b.WriteString(style)
	l.writeZones(&b)
	for _, t := range []tier{public, private, isolated, regional} {
		if y, drawn := l.tiers[t]; drawn {
			write(&b, l.tierX(t), y, "faint", tierNames[t])
		}
	}
	for _, p := range l.frames {
		l.writeFrame(&b, p)
	}
	for _, r := range l.arrows {
		r.write(&b)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (l *layout) tierX(t tier) int {
	for _, p := range l.frames {
		if !p.stranger && p.tier == t {
			return p.x
		}
	}
	return l.left
}

// writeZones writes the columns behind everything that is in a zone.
func (l *layout) writeZones(b *bytes.Buffer) {
	top := margin
	for _, p := range l.frames {
		if p.stranger {
			top = p.bottom() + between
		}
	}
	for i, zone := range l.zones {
		x := l.left + i*column
		rect(b, box{x + 4, top, column - 8, l.bottom - top + 8}, "zone", 8)
		write(b, x+14, top+18, "faint", zone)
	}
}

func (l *layout) writeFrame(b *bytes.Buffer, p placed) {
	rect(b, p.box, "frame", 6)
	write(b, p.x+12, p.y+18, "title", p.title)
	for i, about := range p.about {
		write(b, p.x+12, p.y+35+line*i, "faint", about)
	}
	in := map[string]int{}
	for _, n := range p.nodes {
		at := box{l.left + column*slices.Index(l.zones, n.zone) + 14, p.y + p.head() + in[n.zone]*(nodeHeight+6), column - 28, nodeHeight}
		in[n.zone]++
		rect(b, at, "node", 4)
		write(b, at.x+10, at.y+20, "", n.label)
	}
}

func (r route) write(b *bytes.Buffer) {
	fmt.Fprintf(b, `<path class="arrow %s" d="M%d %dH%dV%dH%d" marker-end="url(#head)"/>`+"\n", r.change, r.fromX, r.fromY, r.lane, r.toY, r.toX)
	x := min(r.toX, r.lane) + 6
	if r.lane > r.toX { // it comes from the right
		x = r.toX + 12
	}
	label := r.label
	if r.change != Same {
		label += " " + string(r.change)
	}
	write(b, x, r.toY-4, "label", label)
}

func rect(b *bytes.Buffer, at box, class string, radius int) {
	fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`+"\n", class, at.x, at.y, at.width, at.height, radius)
}

func write(b *bytes.Buffer, x, y int, class, text string) {
	if text != "" {
		fmt.Fprintf(b, `<text class="%s" x="%d" y="%d">%s</text>`+"\n", class, x, y, html.EscapeString(text))
	}
}
