package autoscaling

import (
	"context"
	"slices"
	"sync"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/autoscaling/scaling"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/elb"
	"myclothes/local/cloud/host"
)

// giveUpAfter is how many launches in a row may fail before something else than
// the instances is to blame.
const giveUpAfter = 3

// group keeps a number of healthy instances. One loop decides; launching
// and terminating happen beside it and wake it when done.
type group struct {
	name         string
	arn          string
	host         *host.Host
	instances    *ec2.Instances
	templates    *ec2.LaunchTemplates
	targetGroups *elb.TargetGroups
	alarms       Alarms
	metrics      scaling.Metrics
	zones        *fleet.Zones

	wake      chan struct{}
	ended     chan struct{}      // closed when the loop has ended
	endLoop   context.CancelFunc // ends the loop
	looping   context.Context
	forced    context.Context // ends when there is no more time to drain and shut down
	forceStop context.CancelFunc
	work      sync.WaitGroup // launches, terminations, and watches over processes

	mu        sync.Mutex
	spec      Group                 // as it was declared last
	saved     ec2.LaunchTemplateRef // what is launched, but by a refresh with a desired configuration
	bounds    scaling.Bounds        // as declared last, or set by a scheduled action since
	desired   int
	routes    []*elb.Targets
	suspended fleet.Suspended // processes, since when
	members   fleet.Members
	rollouts  []*refresh.Rollout // every instance refresh; the last one may be running
	moving    int                // instances launched so that zones are balanced, which others go for
	policies  map[string]scaling.Policy
	schedules map[string]*scaling.Action
	measured  bool // there is data that no policy has looked at

	activities  fleet.Activities
	lastScaling time.Time // when a launch or termination last came to its end
	failures    int       // launches in a row that never became healthy
	lastFail    error
	retryAt     time.Time
	changed     chan struct{} // closed when the loop has looked again
	created     time.Time
}

func newGroup(s *Groups, r aws.Resource) *group {
	g := &group{
		name: r.Name, arn: r.ARN, host: s.host, instances: s.instances, templates: s.templates, targetGroups: s.targetGroups,
		alarms: s.alarms, metrics: s.metrics, zones: &s.zones, suspended: fleet.Suspended{}, policies: map[string]scaling.Policy{}, schedules: map[string]*scaling.Action{},
		wake: make(chan struct{}, 1), ended: make(chan struct{}), changed: make(chan struct{}), created: time.Now(),
	}
	g.looping, g.endLoop = context.WithCancel(context.Background())
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
	g.endLoop()
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
	looked := time.Now()
	for _, m := range slices.Clone(g.members) {
		g.inspect(m)
	}
	g.runSchedules(looked)
	g.follow()
	launches, dismissals := g.step()
	if !g.suspends(fleet.ProcessTerminate) {
		for range dismissals {
			g.dismiss(g.victim(g.refreshing() != nil), "replaced or no longer wanted")
		}
	}
	wait := time.Until(g.retryAt)
	if wait <= 0 {
		if !g.suspends(fleet.ProcessLaunch) {
			for range launches {
				g.launch()
			}
		}
		wait = time.Hour
	}
	close(g.changed)
	g.changed = make(chan struct{})
	return max(time.Millisecond, min(wait, g.untilDeadline(looked)))
}

// step returns how many instances to launch and to dismiss now.
func (g *group) step() (launches, dismissals int) {
	if r := g.refreshing(); r != nil {
		return g.roll(r)
	}
	return g.keepSize()
}

// untilDeadline returns when it is time to look again although nothing happened. What has
// become due since the group began to look may have been overlooked.
func (g *group) untilDeadline(looked time.Time) time.Duration {
	wait := time.Hour
	soon := func(left time.Duration) {
		if left > -time.Since(looked) {
			wait = min(wait, left)
		}
	}
	for _, m := range g.members {
		if m.Instance == nil || m.Leaving {
			continue
		}
		soon(g.bootsFor(m))
		if !m.InService.IsZero() {
			soon(g.grace(m))
			soon(g.warmup() - time.Since(m.InService))
			if g.spec.MaxInstanceLifetime > 0 {
				soon(g.lifetime(m))
			}
		}
	}
	for _, a := range g.schedules {
		soon(time.Until(a.Due))
	}
	if r := g.refreshing(); r != nil {
		soon(time.Until(r.Wait))
		if !r.Failing.IsZero() {
			soon(g.host.Timings.Of(aws.RefreshPatience) - time.Since(r.Failing))
		}
	}
	return wait
}
