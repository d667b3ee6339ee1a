package autoscaling

import (
	"slices"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/cloudwatch"
)

// publish publishes what is measured of all groups, and of their instances, at the end of a
// minute.
func (s *Groups) publish() {
	for _, group := range s.groups.All() {
		group.Spec.publish(s.instances.Metrics())
	}
}

// publish publishes, in AWS/AutoScaling and by AutoScalingGroupName, those of the group's
// metrics that are enabled, as
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html
// lists them; and what is measured of its instances. Not published are those of warm pools
// and of predictive scaling, which are not modelled.
func (g *group) publish(m *cloudwatch.Metrics) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p := cloudwatch.Publisher{Metrics: m, Namespace: "AWS/AutoScaling",
		Dimensions: [][]cloudwatch.Dimension{{{Name: "AutoScalingGroupName", Value: g.name}}}}
	for name, value := range g.members.Sizes(g.bounds, g.desired) {
		if slices.Contains(g.spec.EnabledMetrics, name) {
			p.Value(name, "None", float64(value))
		}
	}
	warmup := g.longestWarmup()
	for _, member := range g.members {
		if member.Instance != nil {
			member.Instance.Publish(m, g.name, !member.Leaving && fleet.IsHealthy(member) && time.Since(member.InService) >= warmup)
		}
	}
}
