package elb

import (
	"fmt"
	"slices"
	"time"

	"myclothes/local/cloud/aws"
)

// Described is a load balancer as operators see it.
type Described struct {
	aws.Resource
	Declared LoadBalancer

	Places []Place
	Since  time.Time
}

// Place is where a load balancer has an interface.
type Place struct{ Zone, Subnet string }

// Describe lists the load balancers.
func (s *LoadBalancers) Describe() []Described {
	var all []Described
	for _, r := range s.balancers.All() {
		b := r.Spec
		b.mu.RLock()
		d := Described{Resource: r.Resource, Declared: b.spec, Since: b.since}
		for _, i := range b.interfaces {
			d.Places = append(d.Places, Place{i.Zone, i.Subnet})
		}
		b.mu.RUnlock()
		all = append(all, d)
	}
	return all
}

// DescribedTargetGroup is a target group as operators see it.
type DescribedTargetGroup struct {
	aws.Resource
	Declared      TargetGroup
	Check         HealthCheck // with AWS's defaults
	LoadBalancers []string    // names of those that send requests here
	Targets       []DescribedTarget
}

// DescribedTarget is a target of a group.
type DescribedTarget struct {
	ID, Zone string
	Health
}

// Describe lists the target groups with their targets.
func (s *TargetGroups) Describe() []DescribedTargetGroup {
	var all []DescribedTargetGroup
	for _, r := range s.groups.All() {
		g := r.Spec
		g.mu.Lock()
		d := DescribedTargetGroup{Resource: r.Resource, Declared: g.spec, Check: g.spec.HealthCheck.withDefaults()}
		for _, b := range g.routes {
			if !slices.Contains(d.LoadBalancers, b.name) {
				d.LoadBalancers = append(d.LoadBalancers, b.name)
			}
		}
		for _, t := range g.targets {
			d.Targets = append(d.Targets, DescribedTarget{t.id, t.eni.Zone, t.Health})
		}
		g.mu.Unlock()
		slices.Sort(d.LoadBalancers)
		all = append(all, d)
	}
	return all
}

// What a target's health is put down to.
const (
	notRegistered = "not registered"
	noAnswer      = "no answer in time"
)

// Target returns the target of an id; one that is not registered is unused.
func (g DescribedTargetGroup) Target(id string) DescribedTarget {
	for _, t := range g.Targets {
		if t.ID == id {
			return t
		}
	}
	return DescribedTarget{ID: id, Health: Health{State: unused, Reason: notRegistered}}
}

// Cause is why a target is not healthy, in AWS's words: nothing if it is.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
func (h Health) Cause() (code, description string) {
	var status int
	answered, _ := fmt.Sscanf(h.Reason, "%d from", &status)
	switch {
	case h.State == Healthy:
		return "", ""
	case h.State == Draining:
		return "Target.DeregistrationInProgress", "Target deregistration is in progress"
	case h.State == initial:
		return "Elb.InitialHealthChecking", "Initial health checks in progress"
	case h.State == unused && h.Reason == notRegistered:
		return "Target.NotRegistered", "Target is not registered to the target group"
	case h.State == unused:
		return "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"
	case answered == 1:
		return "Target.ResponseCodeMismatch", fmt.Sprintf("Health checks failed with these codes: [%d]", status)
	case h.Reason == noAnswer:
		return "Target.Timeout", "Request timed out"
	}
	return "Target.FailedHealthChecks", "Health checks failed"
}
