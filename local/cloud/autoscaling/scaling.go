package autoscaling

import (
	"maps"
	"math"
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
	for _, id := range slices.Sorted(maps.Keys(g.policies)) {
		p := g.policies[id]
		if m, err := p.metric(); err == nil && p.enabled() {
			t := p.TargetTracking
			policies = append(policies, tracked{m.Name, t.TargetValue, !t.DisableScaleIn, m.latest(g.metrics)})
		}
	}
	if len(policies) == 0 {
		return
	}
	if size, cause := track(g.capacity(g.longestWarmup()), policies); size != g.desired {
		g.scale(size, cause)
	}
}

func (p Policy) enabled() bool { return p.Enabled == nil || *p.Enabled }

// latest returns what the metric was in the last minutes, NaN where there is no data.
func (m metric) latest(metrics Metrics) []float64 {
	values := make([]float64, lookback)
	points, err := metrics.Latest(m.Metric, 60, lookback)
	for i := range values {
		values[i] = math.NaN()
		if err == nil && points[i].Count > 0 {
			values[i], _ = points[i].Statistic(m.statistic) // a policy whose statistic is none is refused
		}
	}
	return values
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
