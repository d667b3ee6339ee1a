package autoscaling

import (
	"errors"
	"fmt"
	"strings"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/elb"
)

// The methods of this file look at a group's members. Their callers hold its lock,
// but for those that say who is well.

// count returns how many members that are not leaving satisfy all conditions.
func (g *group) count(conditions ...func(*fleet.Member) bool) int {
	return g.members.Count(conditions...)
}

// victim chooses whom to dismiss, nil if nobody may be.
func (g *group) victim(refreshing bool) *fleet.Member {
	replacing := refreshing && g.count(fleet.ToReplace) > 0
	if replacing {
		force := g.refreshing().Preferences.ScaleInProtectedInstances == "Refresh"
		return g.members.Replaced(force, g.isReady)
	}
	isStray := func(m *fleet.Member) bool { return !fleet.IsHealthy(m) || !g.spreadsTo(m.Zone) }
	return g.members.Surplus(isStray, g.spec.TerminationPolicies, g.saved)
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
		if m.Instance != nil && !g.isReady(m) {
			lines = append(lines, m.Instance.Failure(errors.New(g.healthOf(m).String())).Error())
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
	if suspended := g.suspended.Names(); len(suspended) > 0 {
		group.Note = "suspended: " + strings.Join(suspended, " ")
	}
	components := []aws.Component{group}
	for _, m := range g.members {
		components = append(components, g.reportMember(m))
	}
	return components
}

func (g *group) reportMember(m *fleet.Member) aws.Component {
	c := aws.Component{Kind: g.instances.Kind(), ID: m.ID, State: "pending", Note: "launch template version " + m.Config.Version}
	if m.Instance == nil {
		return c
	}
	h := g.healthOf(m)
	c.State, c.Since, c.Healthy = h.String(), h.Since, h.State == elb.Healthy || m.Leaving
	if m.Leaving && h.State != elb.Draining {
		c.State = "terminating"
	}
	c.Zone, c.Address = m.Zone, m.Instance.Interface.Local.String()
	if len(g.routes) > 0 {
		c.Address += fmt.Sprintf(":%d", g.routes[0].Port)
	}
	c.PID, c.Log = m.Instance.PID(), m.Instance.Log()
	switch {
	case m.Leaving:
	case m.Instance.Lost():
		c.State, c.Healthy = h.String()+", and its machine is lost", false
	case !m.Instance.Running():
		c.State, c.Healthy = h.String()+", and its service does not run", false
	}
	return c
}
