package autoscaling

import (
	"fmt"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/elb"
)

// inspect notes that a member came into service, marks one that is unhealthy, and
// dismisses who is marked.
func (g *group) inspect(m *fleet.Member) {
	if m.Instance == nil || m.Leaving {
		return
	}
	h := g.healthOf(m)
	g.noteEnds(m)
	if m.InService.IsZero() && g.registered(m, h) {
		m.InService, m.Protected = time.Now(), g.spec.ProtectFromScaleIn
		g.host.Events.Add(aws.InstanceInService, m.ID, m.Zone, g.name)
		m.Activity.End(fleet.ActivitySuccessful, "")
	}
	if m.Ready.IsZero() && h.State == elb.Healthy {
		m.Ready = time.Now()
		g.failures, g.lastFail = 0, nil
		g.host.Log.Info("instance in service", "group", g.name, "instance", m.ID, "zone", m.Zone)
	}
	if !g.suspends(fleet.ProcessHealthCheck) {
		g.checkHealth(m, h)
	}
	if m.Unhealthy != "" && !g.suspends(fleet.ProcessReplaceUnhealthy) && !g.suspends(fleet.ProcessTerminate) {
		g.dismiss(m, m.Unhealthy)
	}
}

// registered says whether a member has been attached to the group and to the load
// balancer: it is healthy there, or it has had the time to boot and is not. AWS ignores
// the load balancer's verdict then, until the grace period is over, so that a warm-up that
// is shorter counts instances as replaced that never served.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
func (g *group) registered(m *fleet.Member, h elb.Health) bool {
	return h.State == elb.Healthy || h.State != "initial" && g.bootsFor(m) <= 0
}

// noteEnds counts how often the service of a member that never served has ended, so that
// whoever waits for the group need not wait until its health checks give it up.
func (g *group) noteEnds(m *fleet.Member) {
	ends := m.Instance.Ends()
	if ends > m.Ends && m.Ready.IsZero() && !m.Replace {
		g.failed(m, m.Instance.Failure(nil), ends-m.Ends)
	}
	m.Ends = ends
}

// checkHealth marks a member unhealthy whose EC2 status checks fail or that, with health
// checks of the load balancer's, does not answer them after its grace period. That a
// service ended marks nobody: its machine starts it again.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
func (g *group) checkHealth(m *fleet.Member, h elb.Health) {
	switch {
	case m.Unhealthy != "":
	case m.Instance.Impaired():
		m.Unhealthy = "its EC2 status checks failed"
	case h.State == elb.Unhealthy && g.spec.HealthCheckType == "ELB" && !m.InService.IsZero() && g.grace(m) <= 0:
		m.Unhealthy = h.String()
		if m.Ready.IsZero() { // it had all the time that it may have
			g.failed(m, m.Instance.Failure(fmt.Errorf("never became healthy: %s", h.Reason)), giveUpAfter)
		}
	}
}

// healthOf returns the worst that a target group says of a member.
func (g *group) healthOf(m *fleet.Member) elb.Health {
	worst := elb.Health{State: elb.Healthy, Since: m.Instance.Launched}
	if m.Unrouted {
		return worst
	}
	for _, group := range g.routes {
		if h := group.HealthOf(m.ID); h.State != elb.Healthy {
			return h
		} else if h.Since.After(worst.Since) {
			worst.Since = h.Since
		}
	}
	return worst
}

// isReady says whether a member serves, as far as health checks know.
func (g *group) isReady(m *fleet.Member) bool {
	return m.Instance != nil && g.healthOf(m).State == elb.Healthy
}

// isWarm says whether that has been so for as long as an instance warms up.
func (g *group) isWarm(m *fleet.Member) bool {
	return fleet.IsHealthy(m) && time.Since(m.InService) >= g.warmup()
}

// warmup returns how long an instance warms up during the refresh that runs. The default
// is the grace period's declared length:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-default-values.html
func (g *group) warmup() time.Duration {
	declared := aws.Seconds(g.spec.HealthCheckGracePeriod, defaultGrace)
	if d := g.spec.DefaultInstanceWarmup; d != nil && *d >= 0 {
		declared = time.Duration(*d) * time.Second
	}
	if r := g.refreshing(); r != nil {
		declared = refresh.Seconds(r.Preferences.InstanceWarmup, int(declared/time.Second))
	}
	return g.host.Timings.Scaled(declared)
}

// bootsFor returns how long a member may still take to boot; it may be negative.
func (g *group) bootsFor(m *fleet.Member) time.Duration {
	return g.host.Timings.Of(aws.InstanceBoot) - time.Since(m.Instance.Launched)
}

// grace returns how much of a member's grace period is left; it may be negative.
func (g *group) grace(m *fleet.Member) time.Duration {
	return g.host.Timings.Scaled(aws.Seconds(g.spec.HealthCheckGracePeriod, defaultGrace)) - time.Since(m.InService)
}

// failed counts a launch that came to nothing. Those after one that brought forth no machine
// wait longer and longer; a machine whose service does not come up has had its time.
func (g *group) failed(m *fleet.Member, err error, weight int) {
	defer g.poke()
	g.failures += weight
	g.lastFail = err
	if g.failures >= giveUpAfter && m.Instance == nil {
		g.retryAt = time.Now().Add(min(time.Minute, time.Second<<min(g.failures-giveUpAfter, 6)))
	}
	g.host.Log.Warn("launch failed", "group", g.name, "in a row", g.failures, "because", err)
	if !m.Failed {
		g.host.Events.Add(aws.LaunchFailed, m.ID, m.Zone, firstLine(err.Error()))
	}
	m.Failed = true
	if m.Instance == nil {
		m.Activity.End(fleet.ActivityFailed, firstLine(err.Error()))
	}
	if r := g.refreshing(); r != nil && r.Status != refresh.Cancelling {
		r.Stall(err.Error())
	}
}
