package autoscaling

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/elb"
)

// The methods of this file look at a group's members. Their callers hold its lock,
// but for those that say who is well.

// count returns how many members that are not leaving satisfy all conditions.
func (g *group) count(conditions ...func(*member) bool) int {
	n := 0
	for _, m := range g.members {
		if !m.leaving && !slices.ContainsFunc(conditions, func(is func(*member) bool) bool { return !is(m) }) {
			n++
		}
	}
	return n
}

func (g *group) emptiestSubnet() string {
	return slices.MinFunc(g.spec.VPCZoneIdentifiers, func(a, b string) int {
		return cmp.Or(
			cmp.Compare(g.count(in(a), g.current), g.count(in(b), g.current)),
			cmp.Compare(g.count(in(a)), g.count(in(b))))
	})
}

// victim chooses whom to dismiss: during a refresh one of an old version; of these
// one that does not serve, then one in the fullest zone, then the oldest.
func (g *group) victim() *member {
	candidates := slices.DeleteFunc(slices.Clone(g.members), func(m *member) bool { return m.leaving })
	if g.refreshing() != nil && g.count(g.outdated) > 0 {
		candidates = slices.DeleteFunc(candidates, g.current)
	}
	if len(candidates) == 0 {
		return nil
	}
	serves := func(m *member) int {
		if g.isReady(m) {
			return 1
		}
		return 0
	}
	return slices.MinFunc(candidates, func(a, b *member) int {
		return cmp.Or(
			cmp.Compare(serves(a), serves(b)),
			cmp.Compare(g.count(in(b.subnet)), g.count(in(a.subnet))))
	})
}

func in(subnet string) func(*member) bool {
	return func(m *member) bool { return m.subnet == subnet }
}

// current says whether a member is of the version that the group should have.
func (g *group) current(m *member) bool { return m.version == g.version }

func (g *group) outdated(m *member) bool { return !g.current(m) }

// isReady says whether a member serves, as far as health checks know.
func (g *group) isReady(m *member) bool {
	return m.instance != nil && g.healthOf(m).State == elb.Healthy
}

func (g *group) size() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.desired
}

// atCapacity says whether all instances serve; if not, changed is closed when to
// look again. The error is why they never will.
func (g *group) atCapacity() (done bool, changed <-chan struct{}, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failures >= giveUpAfter {
		return false, nil, fmt.Errorf("auto scaling group %s: launches keep failing: %w", g.name, g.lastFail)
	}
	return g.count(g.isReady) >= g.desired, g.changed, nil
}

// diagnosis says of every instance that does not serve, why.
func (g *group) diagnosis() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var lines []string
	for _, m := range g.members {
		if m.instance != nil && !g.isReady(m) {
			lines = append(lines, m.instance.Failure(errors.New(g.healthOf(m).String())).Error())
		}
	}
	if g.lastFail != nil {
		lines = append(lines, g.lastFail.Error())
	}
	return strings.Join(lines, "\n")
}

// report lists the group and its instances.
func (g *group) report() []aws.Component {
	g.mu.Lock()
	defer g.mu.Unlock()
	serving := g.count(g.isReady)
	group := aws.Component{
		Kind: "auto scaling group", ID: g.name, Since: g.created,
		State: fmt.Sprintf("%d of %d in service", serving, g.desired), Healthy: serving >= g.desired,
	}
	if g.lastFail != nil {
		reason, _, _ := strings.Cut(g.lastFail.Error(), "\n")
		group.State += ", launches fail: " + reason
	}
	components := []aws.Component{group}
	for _, m := range g.members {
		components = append(components, g.reportMember(m))
	}
	return components
}

func (g *group) reportMember(m *member) aws.Component {
	c := aws.Component{Kind: g.instances.Kind(), ID: m.id, State: "pending", Note: fmt.Sprintf("launch template version %d", m.version)}
	if m.instance == nil {
		return c
	}
	h := g.healthOf(m)
	c.State, c.Since, c.Healthy = h.String(), h.Since, h.State == elb.Healthy || m.leaving
	if m.leaving && h.State != elb.Draining {
		c.State = "terminating"
	}
	c.Zone, c.Address = m.instance.Interface.Zone, m.instance.Interface.Local.String()
	if len(g.routes) > 0 {
		c.Address += fmt.Sprintf(":%d", g.routes[0].Port)
	}
	c.PID, c.Log = m.instance.PID(), m.instance.Log()
	switch {
	case m.leaving:
	case m.instance.Lost():
		c.State, c.Healthy = h.String()+", and its machine is lost", false
	case !m.instance.Running():
		c.State, c.Healthy = h.String()+", and its service does not run", false
	}
	return c
}
