package drawing

import (
	"cmp"
	"slices"

	"myclothes/infra/guards"
)

// Change says how a part or an arrow differs from another declaration's.
type Change string

// How they differ.
const (
	Same    Change = ""
	Added   Change = "added"
	Removed Change = "removed"
)

// sign stands before what changed, so that colours are not all that tells.
func (c Change) sign() string { return map[Change]string{Added: "+ ", Removed: "− "}[c] }

// contents are what is drawn of a graph.
type contents struct {
	frames  []frame
	arrows  []arrow
	subnets []subnet
	network []line // the VPC's addresses
}

// subnet is a tier in a zone.
type subnet struct {
	tier      tier
	zone      string
	addresses line
}

// label is what is written in a subnet whose zone is that wide.
func (s subnet) label(width int) string {
	said := s.addresses.change.sign() + s.tier.String()
	if width >= withAddresses {
		said += " " + s.addresses.text
	}
	return said
}

func read(g guards.Graph) contents {
	c := contents{frames: parts(g)}
	c.arrows = arrows(g, c.frames)
	c.frames = append(strangers(c.arrows, c.frames), c.frames...)
	for _, r := range g.Of(guards.VpcResource) {
		c.network = append(c.network, line{text: text(r.Input("cidrBlock"))})
	}
	for _, r := range g.Of(guards.Subnet) {
		if t, known := tierOf(r); known {
			c.subnets = append(c.subnets, subnet{t, zoneOf(r), line{text: text(r.Input("cidrBlock"))}})
		}
	}
	slices.SortStableFunc(c.subnets, func(a, b subnet) int { return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(a.zone, b.zone)) })
	return c
}

// mark marks what another graph does not have.
func (c *contents) mark(other contents, as Change) {
	for i := range c.frames {
		f := &c.frames[i]
		at := slices.IndexFunc(other.frames, func(o frame) bool { return o.name == f.name && o.title == f.title })
		if at < 0 {
			f.change = as
			continue
		}
		marked(f.nodes, other.frames[at].nodes, as, func(n *node) *Change { return &n.change })
		marked(f.about, other.frames[at].about, as, func(l *line) *Change { return &l.change })
	}
	marked(c.arrows, other.arrows, as, func(a *arrow) *Change { return &a.change })
	marked(c.subnets, other.subnets, as, func(s *subnet) *Change { return &s.addresses.change })
	marked(c.network, other.network, as, func(l *line) *Change { return &l.change })
}

// marked marks those that others have not, or less often.
func marked[T comparable](all, others []T, as Change, change func(*T) *Change) {
	others = slices.Clone(others)
	for i := range all {
		if at := slices.Index(others, all[i]); at >= 0 {
			others = slices.Delete(others, at, at+1)
		} else {
			*change(&all[i]) = as
		}
	}
}
