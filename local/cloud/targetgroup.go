package cloud

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// TargetGroup is aws:lb/targetGroup:TargetGroup.
type TargetGroup struct {
	Port                       int          `json:"port"`
	DeregistrationDelay        *int         `json:"deregistrationDelay"`        // seconds, 300 if not declared
	LoadBalancingAlgorithmType string       `json:"loadBalancingAlgorithmType"` // "round_robin" or "least_outstanding_requests"
	HealthCheck                *HealthCheck `json:"healthCheck"`
	Stickiness                 *Stickiness  `json:"stickiness"`
}

// targetGroups implements Service[TargetGroup].
type targetGroups struct {
	cloud  *Cloud
	groups *records[*targetGroup]
}

func newTargetGroups(c *Cloud) *targetGroups {
	return &targetGroups{cloud: c, groups: newRecords[*targetGroup]()}
}

func (s *targetGroups) Create(_ context.Context, r Resource, spec TargetGroup) (Outputs, error) {
	group, err := newTargetGroup(s.cloud.network, spec)
	if err != nil {
		return nil, fmt.Errorf("target group %s: %w", r.Name, err)
	}
	s.groups.put(r, group)
	return Outputs{"arnSuffix": arnSuffix(r.ARN)}, nil
}

func (s *targetGroups) Update(_ context.Context, r Resource, spec TargetGroup) (Outputs, error) {
	group, err := s.find(r.ID)
	if err != nil {
		return nil, err
	}
	group.update(spec)
	return nil, nil
}

func (s *targetGroups) Delete(ctx context.Context, r Resource) error {
	if group, ok := s.groups.find(r.ID); ok {
		group.spec.stop()
	}
	return s.groups.Delete(ctx, r)
}

func (s *targetGroups) close(context.Context) error {
	for _, group := range s.groups.all() {
		group.spec.stop()
	}
	return nil
}

func (s *targetGroups) find(reference string) (*targetGroup, error) {
	group, ok := s.groups.find(reference)
	if !ok {
		return nil, fmt.Errorf("no target group %q", reference)
	}
	return group.spec, nil
}

// targetGroup knows its targets' health and chooses one for each request.
type targetGroup struct {
	network *network
	port    int         // never updated: another port is another target group
	seal    cipher.AEAD // of stickiness cookies

	mu      sync.Mutex
	spec    TargetGroup
	routes  map[string]*loadBalancer // who sends requests here, by listener
	targets []*target
	turn    int // of round robin
}

func newTargetGroup(n *network, spec TargetGroup) (*targetGroup, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &targetGroup{network: n, port: spec.Port, seal: seal, spec: spec, routes: map[string]*loadBalancer{}}, nil
}

func (g *targetGroup) update(spec TargetGroup) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.spec = spec
	g.recheck()
}

// attach makes a listener's load balancer send requests here. Only then are the
// targets' health checks made, because it is the load balancer that makes them.
func (g *targetGroup) attach(listenerID string, balancer *loadBalancer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.routes[listenerID] = balancer
	g.recheck()
}

func (g *targetGroup) detach(listenerID string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.routes, listenerID)
	g.recheck()
}

// recheck makes every target's next health check due. The caller holds the lock.
func (g *targetGroup) recheck() {
	for _, t := range g.targets {
		select {
		case t.recheck <- struct{}{}:
		default: // one is due already
		}
	}
}

// source returns the load balancer's interface nearest to a zone, or nil when no
// listener routes here.
func (g *targetGroup) source(zone string) *networkInterface {
	g.mu.Lock()
	balancers := slices.Collect(maps.Values(g.routes))
	g.mu.Unlock()
	if len(balancers) == 0 {
		return nil
	}
	return balancers[0].interfaceIn(zone)
}

// register adds an instance; changed is told of every change of its health.
func (g *targetGroup) register(id string, eni *networkInterface, changed func()) {
	ctx, cancel := context.WithCancel(context.Background())
	t := &target{
		id: id, eni: eni, changed: changed, cancel: cancel,
		recheck: make(chan struct{}, 1),
		idle:    make(chan struct{}),
		health:  health{state: initial, reason: "not checked yet", since: time.Now()},
	}
	t.transport = g.newTransport(t)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.targets = append(g.targets, t)
	t.checks.Go(func() { g.checkHealth(ctx, t) })
}

// deregister gives a target no new requests, waits until those in flight have been
// answered, at most the deregistration delay, and removes it. AWS always waits for
// the whole delay.
func (g *targetGroup) deregister(ctx context.Context, id string) {
	g.mu.Lock()
	i := slices.IndexFunc(g.targets, func(t *target) bool { return t.id == id })
	if i < 0 {
		g.mu.Unlock()
		return
	}
	t := g.targets[i]
	t.drain()
	delay := time.NewTimer(seconds(g.spec.DeregistrationDelay, 300))
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

func (g *targetGroup) remove(t *target) {
	g.mu.Lock()
	g.targets = slices.DeleteFunc(g.targets, func(other *target) bool { return other == t })
	g.mu.Unlock()
	t.cancel()
	t.checks.Wait()
	t.transport.CloseIdleConnections()
}

// healthOf returns a target's health; one that is not registered is unused.
func (g *targetGroup) healthOf(id string) health {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, t := range g.targets {
		if t.id == id {
			return t.health
		}
	}
	return health{state: unused, reason: "not registered"}
}

// stop ends all health checks.
func (g *targetGroup) stop() {
	g.mu.Lock()
	targets := slices.Clone(g.targets)
	g.mu.Unlock()
	for _, t := range targets {
		g.remove(t)
	}
}

func seconds(declared *int, otherwise int) time.Duration {
	if declared != nil {
		otherwise = *declared
	}
	return time.Duration(otherwise) * time.Second
}
