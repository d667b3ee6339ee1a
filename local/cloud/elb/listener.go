package elb

import (
	"context"
	"fmt"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// Listener is aws:lb/listener:Listener.
type Listener struct {
	LoadBalancerARN string   `json:"loadBalancerArn"`
	Port            int      `json:"port"`
	Protocol        string   `json:"protocol"` // "HTTP" or "HTTPS"
	DefaultActions  []Action `json:"defaultActions"`
}

// Listeners implements Service[Listener].
type Listeners struct {
	host      *host.Host
	balancers *LoadBalancers
	groups    *TargetGroups
	listeners *aws.Records[*listener]
}

// NewListeners makes listeners of balancers, which are served at the same ports.
func NewListeners(h *host.Host, balancers *LoadBalancers, groups *TargetGroups) *Listeners {
	return &Listeners{h, balancers, groups, aws.NewRecords[*listener]("listener")}
}

// Create serves a port of a load balancer.
func (s *Listeners) Create(_ context.Context, r aws.Resource, spec Listener) (aws.Outputs, error) {
	balancer, err := s.balancers.balancers.Get(spec.LoadBalancerARN)
	if err != nil {
		return nil, fmt.Errorf("listener on port %d: %w", spec.Port, err)
	}
	l := &listener{id: r.ID, balancer: balancer, log: s.host.Log, spec: spec}
	if err := s.start(l, spec); err != nil {
		return nil, fmt.Errorf("listener on port %d of %s: %w", spec.Port, balancer.name, err)
	}
	s.listeners.Put(r, l)
	balancer.mu.Lock()
	defer balancer.mu.Unlock()
	balancer.listeners[r.ID] = l
	return nil, nil
}

func (s *Listeners) start(l *listener, spec Listener) error {
	routes, err := s.routes(spec)
	if err != nil {
		return err
	}
	if err := l.open(s.host.Authority, s.balancers.ports[spec.Port]); err != nil {
		return err
	}
	l.route(spec, routes)
	return nil
}

// Update changes actions without closing a connection; another port or protocol
// is another socket.
func (s *Listeners) Update(ctx context.Context, r aws.Resource, spec Listener) (aws.Outputs, error) {
	l, err := s.listeners.Get(r.ID)
	if err != nil {
		return s.Create(ctx, r, spec)
	}
	if was := l.declared(); was.Port != spec.Port || was.Protocol != spec.Protocol {
		if err := s.Delete(ctx, r); err != nil {
			return nil, err
		}
		return s.Create(ctx, r, spec)
	}
	routes, err := s.routes(spec)
	if err != nil {
		return nil, err
	}
	l.route(spec, routes)
	return nil, nil
}

// Delete frees the port, once the requests in flight are answered.
func (s *Listeners) Delete(ctx context.Context, r aws.Resource) error {
	if l, ok := s.listeners.Remove(r); ok {
		l.balancer.mu.Lock()
		delete(l.balancer.listeners, r.ID)
		l.balancer.mu.Unlock()
		l.close(ctx)
	}
	return nil
}

// routes finds the target groups that the default action forwards to.
func (s *Listeners) routes(spec Listener) ([]route, error) {
	if len(spec.DefaultActions) != 1 {
		return nil, fmt.Errorf("%d default actions: only one is supported here", len(spec.DefaultActions))
	}
	var routes []route
	for _, weighted := range spec.DefaultActions[0].targetGroups() {
		group, err := s.groups.Find(weighted.ARN)
		if err != nil {
			return nil, err
		}
		weight := 1
		if weighted.Weight != nil {
			weight = *weighted.Weight
		}
		routes = append(routes, route{group, weight})
	}
	return routes, nil
}
