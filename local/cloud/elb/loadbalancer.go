// Package elb is Elastic Load Balancing: Application Load Balancers, listeners, and target
// groups with health checks, stickiness and draining.
package elb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

// defaultIdleTimeout is an Application Load Balancer's.
const defaultIdleTimeout = 60 * time.Second

// LoadBalancer is aws:lb/loadBalancer:LoadBalancer, an Application Load Balancer.
type LoadBalancer struct {
	Subnets        []string `json:"subnets"`
	SecurityGroups []string `json:"securityGroups"`
	IdleTimeout    *int     `json:"idleTimeout"` // seconds, 60 if not declared
	Internal       bool     `json:"internal"`    // without public addresses
	// EnableDeletionProtection keeps the load balancer from being deleted.
	EnableDeletionProtection bool `json:"enableDeletionProtection"`
}

// LoadBalancers implements Service[LoadBalancer].
type LoadBalancers struct {
	network   *ec2.Network
	ports     map[int]int
	balancers *aws.Records[*loadBalancer]
}

// NewLoadBalancers takes the ports of this machine by declared port.
func NewLoadBalancers(n *ec2.Network, ports map[int]int) *LoadBalancers {
	return &LoadBalancers{network: n, ports: ports, balancers: aws.NewRecords[*loadBalancer]("load balancer")}
}

// Create gives a load balancer an interface in each of its subnets.
func (s *LoadBalancers) Create(ctx context.Context, r aws.Resource, spec LoadBalancer) (aws.Outputs, error) {
	balancer := &loadBalancer{name: r.Name, network: s.network, listeners: map[string]*listener{}, since: time.Now()}
	if err := balancer.update(spec); err != nil {
		balancer.close(ctx)
		return nil, fmt.Errorf("load balancer %s: %w", r.Name, err)
	}
	s.balancers.Put(r, balancer)
	return aws.Outputs{
		"dnsName":   s.dnsName(),
		"zoneId":    "Z0LOCAL",
		"arnSuffix": arnSuffix(r.ARN),
	}, nil
}

// dnsName is what http://<dnsName> opens if the port of a listener on 80 was chosen.
func (s *LoadBalancers) dnsName() string {
	if port := s.ports[80]; port != 0 {
		return "127.0.0.1:" + strconv.Itoa(port)
	}
	return "127.0.0.1"
}

// Update changes subnets, security groups and idle timeout.
func (s *LoadBalancers) Update(_ context.Context, r aws.Resource, spec LoadBalancer) (aws.Outputs, error) {
	balancer, err := s.balancers.Get(r.ID)
	if err != nil {
		return nil, err
	}
	return nil, balancer.update(spec)
}

// Delete closes the listeners that are left, and frees the interfaces.
func (s *LoadBalancers) Delete(ctx context.Context, r aws.Resource) error {
	if found, err := s.balancers.Get(r.ID); err == nil && found.protected() {
		return aws.Error{Code: "OperationNotPermitted", Message: fmt.Sprintf("Load balancer '%s' cannot be deleted because deletion protection is enabled", r.ARN)}
	}
	if balancer, ok := s.balancers.Remove(r); ok {
		balancer.close(ctx)
	}
	return nil
}

// Close stops them all.
func (s *LoadBalancers) Close(ctx context.Context) error {
	for _, balancer := range s.balancers.All() {
		balancer.Spec.close(ctx)
	}
	return nil
}

// Report lists what runs.
func (s *LoadBalancers) Report() []aws.Component {
	var components []aws.Component
	for _, balancer := range s.balancers.All() {
		components = append(components, balancer.Spec.report())
	}
	return components
}

// loadBalancer has an interface in each of its subnets, from which it reaches its
// targets, and listeners on this machine's 127.0.0.1.
type loadBalancer struct {
	name    string
	network *ec2.Network
	since   time.Time

	mu         sync.RWMutex
	spec       LoadBalancer
	interfaces []*ec2.Interface
	listeners  map[string]*listener
}

func (b *loadBalancer) update(spec LoadBalancer) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(spec.Subnets) < 2 {
		return errors.New("subnets: an Application Load Balancer needs at least two, in different Availability Zones")
	}
	for _, subnet := range spec.Subnets {
		if slices.ContainsFunc(b.interfaces, func(i *ec2.Interface) bool { return i.Subnet == subnet }) {
			continue
		}
		attach := b.network.AttachPublic
		if spec.Internal {
			attach = b.network.Attach
		}
		i, err := attach("load balancer "+b.name, subnet, spec.SecurityGroups)
		if err != nil {
			return err
		}
		b.interfaces = append(b.interfaces, i)
	}
	b.interfaces = slices.DeleteFunc(b.interfaces, func(i *ec2.Interface) bool {
		if !slices.Contains(spec.Subnets, i.Subnet) {
			b.network.Detach(i)
			return true
		}
		b.network.SetGroups(i, spec.SecurityGroups)
		return false
	})
	b.spec = spec
	return nil
}

func (b *loadBalancer) protected() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.spec.EnableDeletionProtection
}

// interfaceIn returns the interface in a zone, or any, or nil after close.
func (b *loadBalancer) interfaceIn(zone string) *ec2.Interface {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, i := range b.interfaces {
		if i.Zone == zone {
			return i
		}
	}
	if len(b.interfaces) == 0 {
		return nil
	}
	return b.interfaces[0]
}

func (b *loadBalancer) idleTimeout() time.Duration {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return aws.Seconds(b.spec.IdleTimeout, int(defaultIdleTimeout.Seconds()))
}

func (b *loadBalancer) close(ctx context.Context) {
	b.mu.Lock()
	listeners := b.listeners
	b.listeners = map[string]*listener{}
	b.mu.Unlock()
	for _, l := range listeners {
		l.close(ctx)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, i := range b.interfaces {
		b.network.Detach(i)
	}
	b.interfaces = nil
}

func (b *loadBalancer) report() aws.Component {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var addresses []string
	for _, l := range b.listeners {
		addresses = append(addresses, l.url())
	}
	slices.Sort(addresses)
	zones := make([]string, len(b.interfaces))
	for i, eni := range b.interfaces {
		zones[i] = eni.Zone
	}
	return aws.Component{
		Kind: "load balancer", ID: b.name, Zone: strings.Join(zones, " "),
		Address: strings.Join(addresses, " "), State: "active", Healthy: true, Since: b.since,
	}
}

// arnSuffix is what CloudWatch calls a load balancer or target group.
func arnSuffix(arn string) string {
	suffix := arn[strings.LastIndex(arn, ":")+1:]
	return strings.TrimPrefix(suffix, "loadbalancer/")
}
