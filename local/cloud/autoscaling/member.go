package autoscaling

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

// runs says whether a member is what a reference means now.
func (g *group) runs(m *fleet.Member, ref ec2.LaunchTemplateRef) bool {
	now, err := g.templates.Resolve(ref)
	return err == nil && now == m.Config
}

// launch adds a member in the zone that has the fewest that stay.
func (g *group) launch() {
	m := &fleet.Member{ID: ec2.NewInstanceID(), Launched: time.Now(), Unrouted: g.suspends(fleet.ProcessAddToLoadBalancer)}
	wanted := g.saved
	if r := g.refreshing(); r != nil && r.Status != refresh.Cancelling {
		wanted, m.Roll = r.Target, r
	}
	m.Activity = g.begin("Launching a new EC2 instance: "+m.ID, g.causeOfLaunch())
	template, err := g.place(m, wanted)
	if err != nil {
		g.failed(m, err, 1)
		return
	}
	g.members = append(g.members, m)
	g.host.Events.Add(aws.InstanceLaunched, m.ID, m.Zone, fmt.Sprintf("%s, launch template version %s", g.name, m.Config.Version))
	g.work.Go(func() {
		defer g.poke()
		i, err := g.instances.Launch(g.forced, m.ID, template, m.Subnet)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.lastScaling = time.Now()
		if err != nil {
			g.forget(m)
			g.failed(m, err, 1)
			return
		}
		m.Instance = i
		if m.Leaving {
			m.Leaving = false
			g.dismiss(m, "no longer wanted")
			return
		}
		g.admit(m)
	})
}

// place chooses what a member boots, and where.
func (g *group) place(m *fleet.Member, wanted ec2.LaunchTemplateRef) (ec2.LaunchTemplate, error) {
	var err error
	if m.Config, err = g.templates.Resolve(wanted); err != nil {
		return ec2.LaunchTemplate{}, err
	}
	if m.Subnet, m.Zone, err = g.emptiestSubnet(); err != nil {
		return ec2.LaunchTemplate{}, err
	}
	template, _, err := g.templates.Version(&m.Config)
	m.InstanceType = template.InstanceType
	return template, err
}

// admit registers a launched member and watches over it.
func (g *group) admit(m *fleet.Member) {
	for _, group := range g.routes {
		if !m.Unrouted {
			group.Register(m.ID, m.Instance.Interface, g.poke)
		}
	}
	m.Instance.Watch(g.poke)
}

// dismiss drains and terminates a member. One that is still being launched is
// terminated when it is there.
func (g *group) dismiss(m *fleet.Member, why string) *fleet.Activity {
	if m == nil || m.Leaving {
		return nil
	}
	m.Leaving = true
	if m.Instance == nil {
		return nil
	}
	g.host.Log.Info("instance terminated", "group", g.name, "instance", m.ID, "because", why)
	g.host.Events.Add(aws.InstanceTerminated, m.ID, m.Zone, why)
	activity := g.begin("Terminating EC2 instance: "+m.ID, why)
	routes := slices.Clone(g.routes)
	g.work.Go(func() {
		defer g.poke()
		var deregistering sync.WaitGroup
		for _, group := range routes {
			deregistering.Go(func() { group.Deregister(g.forced, m.ID) })
		}
		deregistering.Wait()
		g.instances.Terminate(g.forced, m.Instance)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.forget(m)
		g.lastScaling = time.Now()
		activity.End(fleet.ActivitySuccessful, "")
	})
	return activity
}

func (g *group) forget(m *fleet.Member) {
	g.members = slices.DeleteFunc(g.members, func(other *fleet.Member) bool { return other == m })
}

// firstLine is what of an error people need who know where to look for the log.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
