package autoscaling

import (
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

// victim chooses whom to dismiss, nil if nobody may be: of those that a refresh is to
// replace if there are any, of others that are not protected.
func (g *group) victim(refreshing bool) *member {
	replacing := refreshing && g.count(toReplace) > 0
	shields := !replacing || g.refreshing().Preferences.ScaleInProtectedInstances != "Refresh"
	var candidates []*member
	for _, m := range g.members {
		if !m.leaving && !(replacing && !m.replace) && !(m.protected && shields) {
			candidates = append(candidates, m)
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	if replacing {
		return slices.MinFunc(candidates, g.worstFirst)
	}
	return choose(g.strays(candidates), g.spec.TerminationPolicies, g.saved)
}

// strays returns those of the candidates that nobody would miss: who is not in service,
// or where the group is no more. If there are none, it returns all.
func (g *group) strays(candidates []*member) []*member {
	isStray := func(m *member) bool { return !isHealthy(m) || !g.spreadsTo(m.zone) }
	if !slices.ContainsFunc(candidates, isStray) {
		return candidates
	}
	return slices.DeleteFunc(candidates, func(m *member) bool { return !isStray(m) })
}

// worstFirst orders those that a refresh replaces: who does not serve, then who is in
// the fullest zone, then the oldest.
func (g *group) worstFirst(a, b *member) int {
	serves := func(m *member) int {
		if g.isReady(m) {
			return 1
		}
		return 0
	}
	if d := serves(a) - serves(b); d != 0 {
		return d
	}
	return g.count(inZone(b.zone)) - g.count(inZone(a.zone))
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
		group.State += ", launches fail: " + firstLine(g.lastFail.Error())
	}
	if suspended := g.suspendedProcesses(); len(suspended) > 0 {
		group.Note = "suspended: " + strings.Join(suspended, " ")
	}
	components := []aws.Component{group}
	for _, m := range g.members {
		components = append(components, g.reportMember(m))
	}
	return components
}

func (g *group) reportMember(m *member) aws.Component {
	c := aws.Component{Kind: g.instances.Kind(), ID: m.id, State: "pending", Note: "launch template version " + m.config.Version}
	if m.instance == nil {
		return c
	}
	h := g.healthOf(m)
	c.State, c.Since, c.Healthy = h.String(), h.Since, h.State == elb.Healthy || m.leaving
	if m.leaving && h.State != elb.Draining {
		c.State = "terminating"
	}
	c.Zone, c.Address = m.zone, m.instance.Interface.Local.String()
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
