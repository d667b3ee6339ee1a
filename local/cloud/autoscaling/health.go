package autoscaling

import (
	"fmt"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/elb"
)

// inspect notes that a member came into service, marks one that is dead or unhealthy, and
// dismisses who is marked.
func (g *group) inspect(m *member) {
	if m.instance == nil || m.leaving {
		return
	}
	h := g.healthOf(m)
	if m.inService.IsZero() && g.registered(m, h) {
		m.inService, m.protected = time.Now(), g.spec.ProtectFromScaleIn
		g.host.Events.Add(aws.InstanceInService, m.id, m.zone, g.name)
		g.succeeded(m.activity)
	}
	if m.ready.IsZero() && m.running() && h.State == elb.Healthy {
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
	return m.running() && (h.State == elb.Healthy || h.State != "initial" && g.bootsFor(m) <= 0)
}

// checkHealth marks a member unhealthy that does not run or, with health checks of the
// load balancer's, does not answer them after its grace period.
func (g *group) checkHealth(m *member, h elb.Health) {
	var err error
	switch {
	case m.unhealthy != "":
		return
	case !m.running():
		m.unhealthy = "its process ended"
		err = m.instance.Process.Failure("instance "+m.id, nil)
	case h.State == elb.Unhealthy && g.spec.HealthCheckType == "ELB" && !m.inService.IsZero() && g.grace(m) <= 0:
		m.unhealthy = h.String()
		err = m.instance.Process.Failure("instance "+m.id, fmt.Errorf("never became healthy: %s", h.Reason))
	default:
		return
	}
	if m.ready.IsZero() {
		weight := 1
		if m.running() {
			weight = giveUpAfter // it had all the time that it may have
		}
		g.failed(m, err, weight)
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

// isReady says whether a member serves.
func (g *group) isReady(m *member) bool {
	return m.instance != nil && m.running() && g.healthOf(m).State == elb.Healthy
}

// isHealthy says whether a member is in service, and healthy as far as the group knows.
func isHealthy(m *member) bool {
	return m.instance != nil && !m.inService.IsZero() && m.unhealthy == "" && m.running()
}

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

// failed counts a launch that came to nothing. Later ones wait longer and longer.
func (g *group) failed(m *member, err error, weight int) {
	defer g.poke()
	g.failures += weight
	g.lastFail = err
	if g.failures >= giveUpAfter {
		g.retryAt = time.Now().Add(min(time.Minute, time.Second<<min(g.failures-giveUpAfter, 6)))
	}
	g.host.Log.Warn("launch failed", "group", g.name, "in a row", g.failures, "because", err)
	g.host.Events.Add(aws.LaunchFailed, m.id, m.zone, firstLine(err.Error()))
	g.ends(m.activity, ActivityFailed, firstLine(err.Error()))
	if r := g.refreshing(); r != nil && r.Status != RefreshCancelling {
		g.stall(r, err.Error())
	}
}
