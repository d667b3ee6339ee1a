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

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
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
	network *ec2.Network
	groups  *aws.Records[*targetGroup]
}

func newTargetGroups(n *ec2.Network) *targetGroups {
	return &targetGroups{network: n, groups: aws.NewRecords[*targetGroup]("target group")}
}

func (s *targetGroups) Create(_ context.Context, r aws.Resource, spec TargetGroup) (aws.Outputs, error) {
	group, err := newTargetGroup(s.network, spec)
	if err != nil {
		return nil, fmt.Errorf("target group %s: %w", r.Name, err)
	}
	s.groups.Put(r, group)
	return aws.Outputs{"arnSuffix": arnSuffix(r.ARN)}, nil
}

func (s *targetGroups) Update(_ context.Context, r aws.Resource, spec TargetGroup) (aws.Outputs, error) {
	group, err := s.Find(r.ID)
	if err != nil {
		return nil, err
	}
	group.update(spec)
	return nil, nil
}

func (s *targetGroups) Delete(_ context.Context, r aws.Resource) error {
	if group, ok := s.groups.Remove(r); ok {
		group.stop()
	}
	return nil
}

// Close stops them all.
func (s *targetGroups) Close(context.Context) error {
	for _, group := range s.groups.All() {
		group.Spec.stop()
	}
	return nil
}

// Find returns the target group with that id, name or ARN.
func (s *targetGroups) Find(reference string) (*targetGroup, error) { return s.groups.Get(reference) }

// targetGroup knows its targets' health and chooses one for each request.
type targetGroup struct {
	network *ec2.Network
	port    int         // never updated: another port is another target group
	seal    cipher.AEAD // of stickiness cookies

	mu      sync.Mutex
	spec    TargetGroup
	routes  map[string]*loadBalancer // who sends requests here, by listener
	targets []*target
	turn    int // of round robin
}

func newTargetGroup(n *ec2.Network, spec TargetGroup) (*targetGroup, error) {
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
func (g *targetGroup) source(zone string) *ec2.Interface {
	g.mu.Lock()
	balancers := slices.Collect(maps.Values(g.routes))
	g.mu.Unlock()
	if len(balancers) == 0 {
		return nil
	}
	return balancers[0].interfaceIn(zone)
}
