package autoscaling

import (
	"fmt"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/elb"
)

// inspect notes that a member came into service, marks one that is unhealthy, and
// dismisses who is marked.
func (g *group) inspect(m *member) {
	if m.instance == nil || m.leaving {
		return
	}
	h := g.healthOf(m)
	g.noteEnds(m)
	if m.inService.IsZero() && g.registered(m, h) {
		m.inService, m.protected = time.Now(), g.spec.ProtectFromScaleIn
		g.host.Events.Add(aws.InstanceInService, m.id, m.zone, g.name)
		g.succeeded(m.activity)
	}
	if m.ready.IsZero() && h.State == elb.Healthy {
		m.ready = time.Now()
		g.failures, g.lastFail = 0, nil
		g.host.Log.Info("instance in service", "group", g.name, "instance", m.id, "zone", m.zone)
	}
	if !g.suspends(processHealthCheck) {
		g.checkHealth(m, h)
	}
	if m.unhealthy != "" && !g.suspends(processReplaceUnhealthy) && !g.suspends(processTerminate) {
		g.dismiss(m, m.unhealthy)
	}
}

// registered says whether a member has been attached to the group and to the load
// balancer: it is healthy there, or it has had the time to boot and is not. AWS ignores
// the load balancer's verdict then, until the grace period is over, so that a warm-up that
// is shorter counts instances as replaced that never served.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
func (g *group) registered(m *member, h elb.Health) bool {
	return h.State == elb.Healthy || h.State != "initial" && g.bootsFor(m) <= 0
}

// noteEnds counts how often the service of a member that never served has ended, so that
// whoever waits for the group need not wait until its health checks give it up.
func (g *group) noteEnds(m *member) {
	ends := m.instance.Ends()
	if ends > m.ends && m.ready.IsZero() && !m.replace {
		g.failed(m, m.instance.Failure(nil), ends-m.ends)
	}
	m.ends = ends
}

// checkHealth marks a member unhealthy whose EC2 status checks fail or that, with health
// checks of the load balancer's, does not answer them after its grace period. That a
// service ended marks nobody: its machine starts it again.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
func (g *group) checkHealth(m *member, h elb.Health) {
	switch {
	case m.unhealthy != "":
	case m.instance.Impaired():
		m.unhealthy = "its EC2 status checks failed"
	case h.State == elb.Unhealthy && g.spec.HealthCheckType == "ELB" && !m.inService.IsZero() && g.grace(m) <= 0:
		m.unhealthy = h.String()
		if m.ready.IsZero() { // it had all the time that it may have
			g.failed(m, m.instance.Failure(fmt.Errorf("never became healthy: %s", h.Reason)), giveUpAfter)
		}
	}
}

// healthOf returns the worst that a target group says of a member.
func (g *group) healthOf(m *member) elb.Health {
	worst := elb.Health{State: elb.Healthy, Since: m.instance.Launched}
	if m.unrouted {
		return worst
	}
	for _, group := range g.routes {
		if h := group.HealthOf(m.id); h.State != elb.Healthy {
			return h
		} else if h.Since.After(worst.Since) {
			worst.Since = h.Since
		}
	}
	return worst
}

// isReady says whether a member serves, as far as health checks know.
func (g *group) isReady(m *member) bool {
	return m.instance != nil && g.healthOf(m).State == elb.Healthy
}

// isHealthy says whether a member is in service, and healthy as far as the group knows.
func isHealthy(m *member) bool { return !m.inService.IsZero() && m.unhealthy == "" }

// isWarm says whether that has been so for as long as an instance warms up.
func (g *group) isWarm(m *member) bool {
	return isHealthy(m) && time.Since(m.inService) >= g.warmup()
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
		declared = seconds(r.Preferences.InstanceWarmup, int(declared/time.Second))
	}
	return g.host.Timings.Scaled(declared)
}

// bootsFor returns how long a member may still take to boot; it may be negative.
func (g *group) bootsFor(m *member) time.Duration {
	return g.host.Timings.Of(aws.InstanceBoot) - time.Since(m.instance.Launched)
}

// grace returns how much of a member's grace period is left; it may be negative.
func (g *group) grace(m *member) time.Duration {
	return g.host.Timings.Scaled(aws.Seconds(g.spec.HealthCheckGracePeriod, defaultGrace)) - time.Since(m.inService)
}

// failed counts a launch that came to nothing. Those after one that brought forth no machine
// wait longer and longer; a machine whose service does not come up has had its time.
func (g *group) failed(m *member, err error, weight int) {
	defer g.poke()
	g.failures += weight
	g.lastFail = err
	if g.failures >= giveUpAfter && m.instance == nil {
		g.retryAt = time.Now().Add(min(time.Minute, time.Second<<min(g.failures-giveUpAfter, 6)))
	}
	g.host.Log.Warn("launch failed", "group", g.name, "in a row", g.failures, "because", err)
	if !m.failed {
		g.host.Events.Add(aws.LaunchFailed, m.id, m.zone, firstLine(err.Error()))
	}
	m.failed = true
	if m.instance == nil {
		g.ends(m.activity, ActivityFailed, firstLine(err.Error()))
	}
	if r := g.refreshing(); r != nil && r.Status != RefreshCancelling {
		g.stall(r, err.Error())
	}
}
