package autoscaling

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/elb"
)

// giveUpAfter is how many launches in a row may fail before something else than
// the instances is to blame.
const giveUpAfter = 3

// group keeps a number of healthy instances. One loop decides; launching
// and terminating happen beside it and wake it when done.
type group struct {
	name         string
	log          *slog.Logger
	instances    *ec2.Instances
	templates    *ec2.LaunchTemplates
	targetGroups *elb.TargetGroups

	wake      chan struct{}
	ended     chan struct{}      // closed when the loop has ended
	end       context.CancelFunc // ends the loop
	looping   context.Context
	forced    context.Context // ends when there is no more time to drain and shut down
	forceStop context.CancelFunc
	work      sync.WaitGroup // launches, terminations, and watches over processes

	mu       sync.Mutex
	spec     Group
	routes   []*elb.Targets
	desired  int
	version  int // of the launch template, for the next launch
	members  []*member
	rollouts []*rollout // every instance refresh; the last one may be running

	failures int // launches in a row that never became healthy
	lastFail error
	retryAt  time.Time
	changed  chan struct{} // closed when the loop has looked again
	created  time.Time
}

func newGroup(s *Groups, name string) *group {
	g := &group{
		name: name, log: s.log, instances: s.instances, templates: s.templates, targetGroups: s.targetGroups,
		wake: make(chan struct{}, 1), ended: make(chan struct{}), changed: make(chan struct{}), created: time.Now(),
	}
	g.looping, g.end = context.WithCancel(context.Background())
	g.forced, g.forceStop = context.WithCancel(context.Background())
	return g
}

// poke makes the loop look again.
func (g *group) poke() {
	select {
	case g.wake <- struct{}{}:
	default: // it is going to
	}
}

func (g *group) run() {
	defer close(g.ended)
	for {
		again := time.NewTimer(g.reconcile())
		select {
		case <-g.wake:
		case <-again.C:
		case <-g.looping.Done():
			again.Stop()
			return
		}
		again.Stop()
	}
}

// stop ends the loop and terminates all instances, gracefully until ctx ends.
func (g *group) stop(ctx context.Context) {
	g.end()
	<-g.ended
	defer context.AfterFunc(ctx, g.forceStop)()
	g.mu.Lock()
	for _, m := range g.members {
		g.dismiss(m, "the group is deleted")
	}
	g.mu.Unlock()
	g.work.Wait()
	g.forceStop()
}

// reconcile compares what is with what should be, starts what brings them
// together, and returns when to look again if nothing happens before.
func (g *group) reconcile() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range slices.Clone(g.members) {
		g.inspect(m)
	}
	launches, dismissals := g.step()
	for range dismissals {
		g.dismiss(g.victim(), "replaced or no longer wanted")
	}
	wait := time.Until(g.retryAt)
	if wait <= 0 {
		for range launches {
			g.launch()
		}
		wait = time.Hour
	}
	close(g.changed)
	g.changed = make(chan struct{})
	return max(time.Millisecond, min(wait, g.untilDeadline()))
}

// inspect notes that a member became healthy, and dismisses one whose EC2 status checks
// fail or that, with health checks of the load balancer's, is unhealthy after its grace
// period (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html).
// That a service ended dismisses nobody: its machine starts it again.
func (g *group) inspect(m *member) {
	if m.instance == nil || m.leaving {
		return
	}
	g.noteEnds(m)
	if m.instance.Impaired() {
		g.dismiss(m, "its EC2 status checks failed")
		return
	}
	switch h := g.healthOf(m); {
	case h.State == elb.Healthy && m.ready.IsZero():
		m.ready = time.Now()
		g.failures, g.lastFail = 0, nil
		g.log.Info("instance in service", "group", g.name, "instance", m.id, "zone", m.instance.Interface.Zone)
	case h.State == elb.Unhealthy && g.spec.HealthCheckType == "ELB" && g.grace(m) <= 0:
		if m.ready.IsZero() {
			g.failed(m.instance.Failure(fmt.Errorf("never became healthy: %s", h.Reason)), giveUpAfter)
		}
		g.dismiss(m, h.String())
	}
}

// noteEnds counts how often the service of a member that never served has ended, so that
// whoever waits for the group need not wait until its health checks give it up.
func (g *group) noteEnds(m *member) {
	ends := m.instance.Ends()
	if ends > m.ends && m.ready.IsZero() && g.current(m) {
		g.failed(m.instance.Failure(nil), ends-m.ends)
	}
	m.ends = ends
}

// grace returns how much of a member's grace period is left; it may be negative.
func (g *group) grace(m *member) time.Duration {
	return aws.Seconds(g.spec.HealthCheckGracePeriod, 300) - time.Since(m.instance.Launched)
}

// untilDeadline returns when a grace period or a warm-up is over next.
func (g *group) untilDeadline() time.Duration {
	wait := time.Hour
	for _, m := range g.members {
		if m.instance == nil || m.leaving {
			continue
		}
		for _, left := range []time.Duration{g.grace(m), g.warmup() - time.Since(m.ready)} {
			if left > 0 {
				wait = min(wait, left)
			}
		}
	}
	return wait
}

// healthOf returns the worst that a target group says of a member.
func (g *group) healthOf(m *member) elb.Health {
	worst := elb.Health{State: elb.Healthy, Since: m.instance.Launched}
	for _, group := range g.routes {
		if h := group.HealthOf(m.id); h.State != elb.Healthy {
			return h
		} else if h.Since.After(worst.Since) {
			worst.Since = h.Since
		}
	}
	return worst
}

// failed counts a launch that came to nothing. Later ones wait longer and longer.
func (g *group) failed(err error, weight int) {
	g.failures += weight
	g.lastFail = err
	if g.failures >= giveUpAfter {
		g.retryAt = time.Now().Add(min(time.Minute, time.Second<<min(g.failures-giveUpAfter, 6)))
	}
	g.log.Warn("launch failed", "group", g.name, "in a row", g.failures, "because", err)
	if r := g.refreshing(); r != nil && g.failures >= giveUpAfter {
		g.refreshFailed(r, err)
	}
}
