package autoscaling

import (
	"slices"
	"time"

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
	for name, value := range g.sizes() {
		if slices.Contains(g.spec.EnabledMetrics, name) {
			p.Value(name, "None", float64(value))
		}
	}
	warmup := g.longestWarmup()
	for _, member := range g.members {
		if member.instance != nil {
			member.instance.Publish(m, g.name, !member.leaving && isHealthy(member) && time.Since(member.inService) >= warmup)
		}
	}
}

// sizes are the group's metrics. No instance is ever in standby here, and every one is one
// unit of capacity. The caller holds the lock.
func (g *group) sizes() map[string]int {
	inService, pending := 0, 0
	for _, m := range g.members {
		switch {
		case m.leaving:
		case m.pending():
			pending++
		default:
			inService++
		}
	}
	terminating := len(g.members) - inService - pending
	return map[string]int{
		"GroupMinSize": g.bounds.min, "GroupMaxSize": g.bounds.max, "GroupDesiredCapacity": g.desired,
		"GroupInServiceInstances": inService, "GroupInServiceCapacity": inService,
		"GroupPendingInstances": pending, "GroupPendingCapacity": pending,
		"GroupStandbyInstances": 0, "GroupStandbyCapacity": 0,
		"GroupTerminatingInstances": terminating, "GroupTerminatingCapacity": terminating,
		"GroupTotalInstances": len(g.members), "GroupTotalCapacity": len(g.members),
	}
}

// pending says whether the member has not been in service yet.
func (m *member) pending() bool { return m.inService.IsZero() }
