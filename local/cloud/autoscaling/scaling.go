package autoscaling

import (
	"maps"
	"slices"
	"time"

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
	if !g.measured || g.metrics == nil || g.suspends(processAlarmNotification) {
		return
	}
	g.measured = false
	var policies []tracked
	warmup := time.Duration(0)
	for _, id := range slices.Sorted(maps.Keys(g.policies)) {
		p := g.policies[id]
		metric, err := p.metric()
		if err != nil || p.Enabled != nil && !*p.Enabled {
			continue
		}
		t := p.TargetTracking
		policies = append(policies, tracked{metric.Name, t.TargetValue, !t.DisableScaleIn, g.metrics.Latest(metric, lookback)})
		warmup = max(warmup, g.scalingWarmup(p))
	}
	if len(policies) == 0 {
		return
	}
	if size, cause := track(g.capacity(warmup), policies); size != g.desired {
		g.scale(size, cause)
	}
}

// capacity counts who is warm, after a time in service, and who is not yet.
func (g *group) capacity(warmup time.Duration) capacity {
	warm := g.count(isHealthy, func(m *member) bool { return time.Since(m.inService) >= warmup })
	return capacity{desired: g.desired, warm: warm, warming: g.count() - warm, bounds: g.bounds}
}

// scalingWarmup returns how long new instances do not count for a policy.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html
func (g *group) scalingWarmup(p Policy) time.Duration {
	for _, declared := range []*int{p.EstimatedInstanceWarmup, g.spec.DefaultInstanceWarmup} {
		if declared != nil && *declared >= 0 {
			return g.host.Timings.Scaled(aws.Seconds(declared, 0))
		}
	}
	return g.cooldown()
}
