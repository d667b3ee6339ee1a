package autoscaling

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

// member is an instance of the group, from the decision to launch it until nothing
// is left of it.
type member struct {
	id           string
	subnet, zone string
	config       ec2.LaunchTemplateRef // as it was resolved at launch
	instanceType string
	roll         *rollout      // the refresh that launched it, nil if none did
	instance     *ec2.Instance // nil while it is launched
	launched     time.Time     // when that was decided
	inService    time.Time     // when it was attached to the group
	ready        time.Time     // when it was first healthy
	unhealthy    string        // why it is marked as unhealthy, "" if it is not
	protected    bool          // from scale-in
	unrouted     bool          // launched while instances were not added to the load balancer
	replace      bool          // the refresh that runs is to replace it
	ends         int           // of its service, as far as they are noted
	failed       bool          // it did not come up, which has been told
	leaving      bool
	activity     *Activity // its launch
}

func toReplace(m *member) bool { return m.replace }

func toStay(m *member) bool { return !m.replace }

func inZone(zone string) func(*member) bool {
	return func(m *member) bool { return m.zone == zone }
}

// runs says whether a member is what a reference means now.
func (g *group) runs(m *member, ref ec2.LaunchTemplateRef) bool {
	now, err := g.templates.Resolve(ref)
	return err == nil && now == m.config
}

// launch adds a member in the zone that has the fewest that stay.
func (g *group) launch() {
	m := &member{id: ec2.NewInstanceID(), launched: time.Now(), unrouted: g.suspends(processAddToLoadBalancer)}
	wanted := g.saved
	if r := g.refreshing(); r != nil && r.Status != RefreshCancelling {
		wanted, m.roll = r.target, r
	}
	m.activity = g.begin("Launching a new EC2 instance: "+m.id, g.causeOfLaunch())
	template, err := g.place(m, wanted)
	if err != nil {
		g.failed(m, err, 1)
		return
	}
	g.members = append(g.members, m)
	g.host.Events.Add(aws.InstanceLaunched, m.id, m.zone, fmt.Sprintf("%s, launch template version %s", g.name, m.config.Version))
	g.work.Go(func() {
		defer g.poke()
		i, err := g.instances.Launch(g.forced, m.id, template, m.subnet)
		g.mu.Lock()
		defer g.mu.Unlock()
		g.lastScaling = time.Now()
		if err != nil {
			g.forget(m)
			g.failed(m, err, 1)
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

// place chooses what a member boots, and where.
func (g *group) place(m *member, wanted ec2.LaunchTemplateRef) (ec2.LaunchTemplate, error) {
	var err error
	if m.config, err = g.templates.Resolve(wanted); err != nil {
		return ec2.LaunchTemplate{}, err
	}
	if m.subnet, m.zone, err = g.emptiestSubnet(); err != nil {
		return ec2.LaunchTemplate{}, err
	}
	template, _, err := g.templates.Version(&m.config)
	m.instanceType = template.InstanceType
	return template, err
}

// admit registers a launched member and watches over it.
func (g *group) admit(m *member) {
	for _, group := range g.routes {
		if !m.unrouted {
			group.Register(m.id, m.instance.Interface, g.poke)
		}
	}
	m.instance.Watch(g.poke)
}

// dismiss drains and terminates a member. One that is still being launched is
// terminated when it is there.
func (g *group) dismiss(m *member, why string) *Activity {
	if m == nil || m.leaving {
		return nil
	}
	m.leaving = true
	if m.instance == nil {
		return nil
	}
	g.host.Log.Info("instance terminated", "group", g.name, "instance", m.id, "because", why)
	g.host.Events.Add(aws.InstanceTerminated, m.id, m.zone, why)
	activity := g.begin("Terminating EC2 instance: "+m.id, why)
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
		g.lastScaling = time.Now()
		g.succeeded(activity)
	})
	return activity
}

func (g *group) forget(m *member) {
	g.members = slices.DeleteFunc(g.members, func(other *member) bool { return other == m })
}

// firstLine is what of an error people need who know where to look for the log.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
