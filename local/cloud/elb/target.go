package elb

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

var (
	errNoTargets = errors.New("the target group has no registered targets")
	errUnused    = errors.New("no listener forwards to the target group")
)

// targetState is one of AWS's names for a target's health.
type targetState string

const (
	unused    targetState = "unused"
	initial   targetState = "initial"
	Healthy   targetState = "healthy"
	Unhealthy targetState = "unhealthy"
	Draining  targetState = "draining"
)

// Health is a target's state, and since when it is in it.
type Health struct {
	State  targetState
	Reason string // why it is not healthy
	Since  time.Time
}

// String is the state and, when it is not well, why.
func (h Health) String() string {
	if h.Reason == "" {
		return string(h.State)
	}
	return string(h.State) + ": " + h.Reason
}

// target is an instance in a target group.
type target struct {
	id        string
	eni       *ec2.Interface
	transport *http.Transport // keeps connections to this target alive
	changed   func()
	cancel    context.CancelFunc // ends the health checks
	checks    sync.WaitGroup
	recheck   chan struct{}
	idle      chan struct{} // closed when the target drains and nothing is in flight

	// Guarded by the target group's lock.
	Health
	streak   int // health checks in a row that contradict the state
	inFlight int
}

// become changes the state. The caller holds the lock and tells changed.
func (t *target) become(state targetState, reason string) (changed bool) {
	if t.State != state {
		t.Since, t.streak, changed = time.Now(), 0, true
	}
	t.State, t.Reason = state, reason
	return changed
}

// drain is idempotent. The caller holds the lock.
func (t *target) drain() {
	if t.become(Draining, "") && t.inFlight == 0 {
		close(t.idle)
	}
}

// pick chooses a target for a request, the preferred one if it may have it, and
// counts the request as in flight until release. If none is healthy it fails open, as AWS
// does: all get requests.
func (g *Targets) pick(preferred string) (*target, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	candidates := g.inState(Healthy)
	if len(candidates) == 0 {
		candidates = g.inState(initial, Unhealthy, unused)
	}
	if len(candidates) == 0 {
		return nil, errNoTargets
	}
	i := slices.IndexFunc(candidates, func(t *target) bool { return t.id == preferred })
	if i < 0 {
		i = g.next(candidates)
	}
	candidates[i].inFlight++
	return candidates[i], nil
}

func (g *Targets) inState(states ...targetState) []*target {
	var found []*target
	for _, t := range g.targets {
		if slices.Contains(states, t.State) {
			found = append(found, t)
		}
	}
	return found
}

// next applies the declared algorithm. The caller holds the lock.
func (g *Targets) next(candidates []*target) int {
	g.turn++
	chosen := g.turn % len(candidates)
	if g.spec.LoadBalancingAlgorithmType == "least_outstanding_requests" {
		for i, t := range candidates {
			if t.inFlight < candidates[chosen].inFlight {
				chosen = i
			}
		}
	}
	return chosen
}

// release ends a request that pick began.
func (g *Targets) release(t *target) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t.inFlight--
	if t.State == Draining && t.inFlight == 0 {
		close(t.idle)
	}
}

func (g *Targets) newTransport(t *target) *http.Transport {
	return &http.Transport{
		DialContext:         g.counted(g.dialer(t, g.Port)),
		MaxIdleConnsPerHost: 1000,
		IdleConnTimeout:     defaultIdleTimeout,
		DisableCompression:  true, // what the client accepts is its own business
	}
}

// dialer connects from the load balancer to a target, whatever the address asked for, or
// gives up after a time. A target whose machine is lost neither accepts nor refuses.
func (g *Targets) dialer(t *target, port int) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		from := g.source(t.eni.Zone)
		if from == nil {
			return nil, errUnused
		}
		ctx, cancel := context.WithTimeout(ctx, g.network.Timings().Of(aws.TargetConnection))
		defer cancel()
		if g.network.Lost(t.eni) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return g.network.Dial(ctx, from, t.eni, port)
	}
}
