package autoscaling

import (
	"slices"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/elb"
)

// declare takes a declaration into force; the group's loop acts on it. Of an update it
// takes what changed: another size may have been set since. It says whether another
// version of the launch template is declared.
func (g *group) declare(spec Group) (another bool, err error) {
	if err := spec.check(); err != nil {
		return false, err
	}
	if _, _, err := g.templates.Version(spec.LaunchTemplate); err != nil {
		return false, err
	}
	routes, err := g.routesOf(spec)
	if err != nil {
		return false, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	first := g.spec.LaunchTemplate == nil
	another = !first && *g.spec.LaunchTemplate != *spec.LaunchTemplate
	if r := g.refreshing(); another && r != nil && r.DesiredConfiguration != nil {
		return false, aws.Invalid("An active instance refresh with a desired configuration exists. All configuration options " +
			"derived from the desired configuration are not available for update while the instance refresh is active.")
	}
	if first || another {
		g.saved = *spec.LaunchTemplate
	}
	if first || !slices.Equal(g.spec.SuspendedProcesses, spec.SuspendedProcesses) {
		clear(g.suspended)
		for _, process := range spec.SuspendedProcesses {
			g.suspended[process] = time.Now()
		}
	}
	g.resize(spec, first)
	g.routeTo(routes)
	g.spec = spec
	g.failures, g.retryAt = 0, time.Time{}
	g.poke()
	return another, nil
}

// resize takes in the declared sizes that changed.
func (g *group) resize(spec Group, first bool) {
	if first || g.spec.MinSize != spec.MinSize {
		g.bounds.Min = spec.MinSize
	}
	if first || g.spec.MaxSize != spec.MaxSize {
		g.bounds.Max = spec.MaxSize
	}
	wanted := g.desired
	if d := spec.DesiredCapacity; d != nil && (g.spec.DesiredCapacity == nil || *g.spec.DesiredCapacity != *d) {
		wanted = *d
	}
	if first {
		g.desired = g.bounds.Clamp(wanted)
		return
	}
	g.scale(wanted, "it was declared")
}

func (g *group) routesOf(spec Group) ([]*elb.Targets, error) {
	var routes []*elb.Targets
	for _, arn := range spec.TargetGroupARNs {
		group, err := g.targetGroups.Find(arn)
		if err != nil {
			return nil, err
		}
		routes = append(routes, group)
	}
	return routes, nil
}

// routeTo registers the instances with new target groups and takes them out of
// those that are gone. The caller holds the lock.
func (g *group) routeTo(groups []*elb.Targets) {
	for _, m := range g.members {
		if m.Instance == nil || m.Leaving || m.Unrouted {
			continue
		}
		for _, group := range groups {
			if !slices.Contains(g.routes, group) {
				group.Register(m.ID, m.Instance.Interface, g.poke)
			}
		}
		for _, group := range g.routes {
			if !slices.Contains(groups, group) {
				g.work.Go(func() { group.Deregister(g.forced, m.ID) })
			}
		}
	}
	g.routes = groups
}
