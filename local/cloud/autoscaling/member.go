package autoscaling

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"myclothes/local/cloud/ec2"
)

// member is an instance of the group, from the decision to launch it until nothing
// is left of it.
type member struct {
	id       string
	subnet   string
	version  int
	instance *ec2.Instance // nil while it is launched
	ready    time.Time     // when it was first healthy
	ends     int           // of its service, as far as they are noted
	leaving  bool
}

// launch adds a member in the zone that has the fewest of its version.
func (g *group) launch() {
	m := &member{id: ec2.NewInstanceID(), version: g.version, subnet: g.emptiestSubnet()}
	ref := *g.spec.LaunchTemplate
	ref.Version = fmt.Sprint(g.version)
	g.members = append(g.members, m)
	g.work.Go(func() {
		defer g.poke()
		template, _, err := g.templates.Version(&ref)
		var i *ec2.Instance
		if err == nil {
			i, err = g.instances.Launch(g.forced, m.id, template, m.subnet)
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		if err != nil {
			g.forget(m)
			g.failed(err, 1)
			return
		}
		m.instance = i
		if m.leaving {
			m.leaving = false
			g.dismiss(m, "no longer wanted")
			return
		}
		g.admit(m)
	})
}

// admit registers a launched member and watches over it.
func (g *group) admit(m *member) {
	for _, group := range g.routes {
		group.Register(m.id, m.instance.Interface, g.poke)
	}
	m.instance.Watch(g.poke)
}

// dismiss drains and terminates a member. One that is still being launched is
// terminated when it is there.
func (g *group) dismiss(m *member, why string) {
	if m == nil || m.leaving {
		return
	}
	m.leaving = true
	if m.instance == nil {
		return
	}
	g.log.Info("instance terminated", "group", g.name, "instance", m.id, "because", why)
	routes := slices.Clone(g.routes)
	g.work.Go(func() {
		defer g.poke()
		var deregistering sync.WaitGroup
		for _, group := range routes {
			deregistering.Go(func() { group.Deregister(g.forced, m.id) })
		}
		deregistering.Wait()
		g.instances.Terminate(g.forced, m.instance)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.forget(m)
	})
}

func (g *group) forget(m *member) {
	g.members = slices.DeleteFunc(g.members, func(other *member) bool { return other == m })
}
