package autoscaling

import (
	"maps"
	"slices"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/scaling"
	"myclothes/local/cloud/aws"
)

// Measured makes all groups look at the metrics that their policies track: another minute
// of them is complete.
func (s *Groups) Measured() {
	for _, group := range s.groups.All() {
		group.Spec.mu.Lock()
		group.Spec.measured = len(group.Spec.policies) > 0
		group.Spec.mu.Unlock()
		group.Spec.poke()
	}
}

// follow lets the policies change the size of the group, once for each minute of data.
func (g *group) follow() {
	if !g.measured || g.metrics == nil || g.suspends(fleet.ProcessAlarmNotification) {
		return
	}
	g.measured = false
	var policies []scaling.Tracked
	for _, id := range slices.Sorted(maps.Keys(g.policies)) {
		if policy, ok := g.policies[id].Track(g.metrics); ok {
			policies = append(policies, policy)
		}
	}
	if len(policies) == 0 {
		return
	}
	if size, cause := scaling.Track(g.capacity(g.longestWarmup()), policies); size != g.desired {
		g.scale(size, cause)
	}
}

// capacity counts who is warm, after a time in service, and who is not yet.
func (g *group) capacity(warmup time.Duration) scaling.Capacity {
	warm := g.count(fleet.IsHealthy, func(m *fleet.Member) bool { return time.Since(m.InService) >= warmup })
	return scaling.Capacity{Desired: g.desired, Warm: warm, Warming: g.count() - warm, Bounds: g.bounds}
}

// scalingWarmup returns how long new instances do not count for a policy.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html
func (g *group) scalingWarmup(p scaling.Policy) time.Duration {
	for _, declared := range []*int{p.EstimatedInstanceWarmup, g.spec.DefaultInstanceWarmup} {
		if declared != nil && *declared >= 0 {
			return g.host.Timings.Scaled(aws.Seconds(declared, 0))
		}
	}
	return g.cooldown()
}

// longestWarmup is how long a new instance does not count for any policy; without a policy
// it is the group's default.
func (g *group) longestWarmup() time.Duration {
	longest := aws.Seconds(g.spec.DefaultInstanceWarmup, 0)
	longest = g.host.Timings.Scaled(max(0, longest))
	for _, p := range g.policies {
		longest = max(longest, g.scalingWarmup(p))
	}
	return longest
}
