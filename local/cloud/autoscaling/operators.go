package autoscaling

import (
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/aws"
)

// SetDesiredCapacity changes the size of a group. With honorCooldown it is refused, as
// ScalingActivityInProgress, while the cool-down after the last launch or termination runs.
func (s *Groups) SetDesiredCapacity(name string, size int, honorCooldown bool) error {
	g, err := s.find(name)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case size < g.bounds.Min:
		return aws.Invalid("New SetDesiredCapacity value %d is below min value %d for the AutoScalingGroup.", size, g.bounds.Min)
	case size > g.bounds.Max:
		return aws.Invalid("New SetDesiredCapacity value %d is above max value %d for the AutoScalingGroup.", size, g.bounds.Max)
	case honorCooldown && g.cooling():
		return aws.Error{Code: "ScalingActivityInProgress", Message: "A scaling activity is in progress, or its cooldown has not ended."}
	}
	g.scale(size, "a user request explicitly set group desired capacity")
	return nil
}

// cooling says whether something is launched or terminated, or the cool-down after the
// last time that this was done has not ended.
func (g *group) cooling() bool {
	for _, m := range g.members {
		if m.Leaving || m.Instance == nil {
			return true
		}
	}
	return time.Since(g.lastScaling) < g.cooldown()
}

func (g *group) cooldown() time.Duration {
	return g.host.Timings.Scaled(aws.Seconds(g.spec.DefaultCooldown, defaultCooldown))
}

// TerminateInstance terminates an instance of a group. Another one takes its place, unless
// the group is to be smaller by one. Scale-in protection and suspended processes do not
// keep an instance from it.
func (s *Groups) TerminateInstance(id string, decrement bool) (fleet.Activity, error) {
	g, m, err := s.member(id)
	if err != nil {
		return fleet.Activity{}, err
	}
	defer g.mu.Unlock()
	if decrement && g.desired <= g.bounds.Min {
		return fleet.Activity{}, aws.Invalid("Currently, desiredSize equals minSize (%d). Terminating instance without replacement will violate "+
			"group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.", g.bounds.Min)
	}
	if m.Instance == nil {
		return fleet.Activity{}, aws.Error{Code: "ScalingActivityInProgress", Message: "The instance " + id + " is still being launched."}
	}
	if decrement {
		g.scale(g.desired-1, "a user request terminated "+id+" and decremented the desired capacity")
	}
	activity := g.dismiss(m, "instance was taken out of service in response to a user request")
	g.poke()
	return *activity, nil
}

// SetInstanceHealth marks an instance as "Healthy" or "Unhealthy". An unhealthy one is
// replaced; respectGrace leaves one alone whose health check grace period has not ended.
func (s *Groups) SetInstanceHealth(id, status string, respectGrace bool) error {
	if status != "Healthy" && status != "Unhealthy" {
		return aws.Invalid("%q is no health status: it is neither Healthy nor Unhealthy", status)
	}
	g, m, err := s.member(id)
	if err != nil {
		return err
	}
	defer g.mu.Unlock()
	switch {
	case status == "Healthy":
		m.Unhealthy = ""
	case respectGrace && (m.InService.IsZero() || g.grace(m) > 0):
	default:
		m.Unhealthy = "instance was set unhealthy by a user request"
	}
	g.poke()
	return nil
}

// member finds an instance that is not leaving, and returns with its group locked.
func (s *Groups) member(id string) (*group, *fleet.Member, error) {
	for _, r := range s.groups.All() {
		g := r.Spec
		g.mu.Lock()
		for _, m := range g.members {
			if m.ID == id && !m.Leaving {
				return g, m, nil
			}
		}
		g.mu.Unlock()
	}
	return nil, nil, aws.Invalid("Instance Id not found - No managed instance found for instance ID %s", id)
}
