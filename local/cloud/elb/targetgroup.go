package elb

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

// TargetGroups implements Service[TargetGroup].
type TargetGroups struct {
	network *ec2.Network
	groups  *aws.Records[*Targets]
}

// NewTargetGroups returns none yet; targets are interfaces of the network.
func NewTargetGroups(n *ec2.Network) *TargetGroups {
	s := &TargetGroups{network: n, groups: aws.NewRecords[*Targets]("target group")}
	n.Metrics().Every(s.publish)
	return s
}

// Create makes a group without targets.
func (s *TargetGroups) Create(_ context.Context, r aws.Resource, spec TargetGroup) (aws.Outputs, error) {
	group, err := newTargets(s.network, spec)
	if err != nil {
		return nil, fmt.Errorf("target group %s: %w", r.Name, err)
	}
	group.events, group.suffix = s.network.Events(), arnSuffix(r.ARN)
	s.groups.Put(r, group)
	return aws.Outputs{"arnSuffix": arnSuffix(r.ARN)}, nil
}

// Update changes a group; the next health check of each target is due.
func (s *TargetGroups) Update(_ context.Context, r aws.Resource, spec TargetGroup) (aws.Outputs, error) {
	group, err := s.Find(r.ID)
	if err != nil {
		return nil, err
	}
	group.update(spec)
	return nil, nil
}

// Delete ends all health checks of a group.
func (s *TargetGroups) Delete(_ context.Context, r aws.Resource) error {
	if group, ok := s.groups.Remove(r); ok {
		group.stop()
	}
	return nil
}

// Close stops them all.
func (s *TargetGroups) Close(context.Context) error {
	for _, group := range s.groups.All() {
		group.Spec.stop()
	}
	return nil
}

// Find returns the target group with that id, name or ARN.
func (s *TargetGroups) Find(reference string) (*Targets, error) { return s.groups.Get(reference) }

// Targets knows its targets' health and chooses one for each request.
type Targets struct {
	network *ec2.Network
	events  *aws.Events
	Port    int         // never updated: another port is another target group
	seal    cipher.AEAD // of stickiness cookies

	mu      sync.Mutex
	spec    TargetGroup
	routes  map[string]*loadBalancer // who sends requests here, by listener
	targets []*target
	turn    int // of round robin

	suffix   string // what CloudWatch calls the group
	requests int    // since that was published last
}

func newTargets(n *ec2.Network, spec TargetGroup) (*Targets, error) {
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
	return &Targets{network: n, Port: spec.Port, seal: seal, spec: spec, routes: map[string]*loadBalancer{}}, nil
}

func (g *Targets) update(spec TargetGroup) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.spec = spec
	g.recheck()
}

// attach makes a listener's load balancer send requests here. Only then are the
// targets' health checks made, because it is the load balancer that makes them.
func (g *Targets) attach(listenerID string, balancer *loadBalancer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.routes[listenerID] = balancer
	g.recheck()
}

func (g *Targets) detach(listenerID string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.routes, listenerID)
	g.recheck()
}

// recheck makes every target's next health check due. The caller holds the lock.
func (g *Targets) recheck() {
	for _, t := range g.targets {
		select {
		case t.recheck <- struct{}{}:
		default: // one is due already
		}
	}
}

// source returns the load balancer's interface nearest to a zone, or nil when no
// listener routes here.
func (g *Targets) source(zone string) *ec2.Interface {
	g.mu.Lock()
	balancers := slices.Collect(maps.Values(g.routes))
	g.mu.Unlock()
	if len(balancers) == 0 {
		return nil
	}
	return balancers[0].interfaceIn(zone)
}
