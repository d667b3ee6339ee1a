package elb

import (
	"context"
	"slices"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

// Register adds an instance; changed is told of every change of its health.
func (g *Targets) Register(id string, eni *ec2.Interface, changed func()) {
	ctx, cancel := context.WithCancel(context.Background())
	t := &target{
		id: id, eni: eni, changed: changed, cancel: cancel,
		recheck: make(chan struct{}, 1),
		idle:    make(chan struct{}),
		Health:  Health{State: initial, Reason: "not checked yet", Since: time.Now()},
	}
	t.transport = g.newTransport(t)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.targets = append(g.targets, t)
	t.checks.Go(func() { g.checkHealth(ctx, t) })
}

// Deregister gives a target no new requests, waits until those in flight have been
// answered, at most the deregistration delay, and removes it. AWS always waits for
// the whole delay.
func (g *Targets) Deregister(ctx context.Context, id string) {
	g.mu.Lock()
	i := slices.IndexFunc(g.targets, func(t *target) bool { return t.id == id })
	if i < 0 {
		g.mu.Unlock()
		return
	}
	t := g.targets[i]
	t.drain()
	g.events.Add(aws.TargetHealth, t.id, t.eni.Zone, t.Health.String())
	delay := time.NewTimer(aws.Seconds(g.spec.DeregistrationDelay, 300))
	g.mu.Unlock()
	defer delay.Stop()
	t.changed()

	select {
	case <-t.idle:
	case <-delay.C:
	case <-ctx.Done():
	}
	g.remove(t)
}

func (g *Targets) remove(t *target) {
	g.mu.Lock()
	g.targets = slices.DeleteFunc(g.targets, func(other *target) bool { return other == t })
	g.mu.Unlock()
	t.cancel()
	t.checks.Wait()
	t.transport.CloseIdleConnections()
}

// HealthOf returns a target's health; one that is not registered is unused.
func (g *Targets) HealthOf(id string) Health {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range g.targets {
		if t.id == id {
			return t.Health
		}
	}
	return Health{State: unused, Reason: notRegistered}
}

// stop ends all health checks.
func (g *Targets) stop() {
	g.mu.Lock()
	targets := slices.Clone(g.targets)
	g.mu.Unlock()
	for _, t := range targets {
		g.remove(t)
	}
}
