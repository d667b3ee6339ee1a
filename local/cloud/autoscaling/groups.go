// Package autoscaling is Amazon EC2 Auto Scaling: groups that keep a number of healthy
// instances, instance refreshes that replace them, and policies and scheduled actions that
// change how many there are.
package autoscaling

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/autoscaling/scaling"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/elb"
	"myclothes/local/cloud/host"
)

// Alarms are CloudWatch's.
type Alarms interface {
	// State returns the state of an alarm, if there is one of that name.
	State(name string) (state cloudwatch.State, ok bool)
}

// Groups implements Service[Group], and what operators ask of groups.
type Groups struct {
	host         *host.Host
	instances    *ec2.Instances
	templates    *ec2.LaunchTemplates
	targetGroups *elb.TargetGroups
	alarms       Alarms
	metrics      scaling.Metrics
	groups       *aws.Records[*group]
	zones        fleet.Zones
}

// New launches the instances of groups, and registers them with target groups.
func New(h *host.Host, instances *ec2.Instances, templates *ec2.LaunchTemplates, groups *elb.TargetGroups) *Groups {
	s := &Groups{
		host: h, instances: instances, templates: templates, targetGroups: groups,
		groups: aws.NewRecords[*group]("auto scaling group"),
	}
	instances.Metrics().Every(s.publish)
	return s
}

// Watch makes refreshes look at alarms, and policies at metrics. It is called before there
// is a group. Without it no alarm is in ALARM, and no metric has data.
func (s *Groups) Watch(alarms Alarms, metrics scaling.Metrics) { s.alarms, s.metrics = alarms, metrics }

// Wake makes all groups look again: an alarm has changed.
func (s *Groups) Wake() {
	for _, group := range s.groups.All() {
		group.Spec.poke()
	}
}

// Create returns when the declared capacity serves; a group that cannot come up is
// taken down again.
func (s *Groups) Create(ctx context.Context, r aws.Resource, spec Group) (aws.Outputs, error) {
	group := newGroup(s, r)
	if _, err := group.declare(spec); err != nil {
		return nil, fmt.Errorf("auto scaling group %s: %w", r.Name, err)
	}
	s.groups.Put(r, group)
	go group.run()
	if err := group.waitForCapacity(ctx, spec); err != nil {
		return nil, errors.Join(err, s.Delete(context.WithoutCancel(ctx), r))
	}
	return aws.Outputs{"desiredCapacity": group.size()}, nil
}

// Update waits for more capacity, but not for an instance refresh: it runs on. A refresh
// that runs already makes way for one with another version, as the provider sees to.
func (s *Groups) Update(ctx context.Context, r aws.Resource, spec Group) (aws.Outputs, error) {
	group, err := s.groups.Get(r.ID)
	if err != nil {
		return nil, err
	}
	before := group.size()
	another, err := group.declare(spec)
	if request := spec.refresh(); err == nil && another && request != nil {
		err = group.startAnother(ctx, *request)
	}
	if err != nil {
		return nil, fmt.Errorf("auto scaling group %s: %w", r.Name, err)
	}
	if group.size() > before {
		if err := group.waitForCapacity(ctx, spec); err != nil {
			return nil, err
		}
	}
	return aws.Outputs{"desiredCapacity": group.size()}, nil
}

// Delete terminates all instances of a group, and forgets it then.
func (s *Groups) Delete(ctx context.Context, r aws.Resource) error {
	if group, ok := s.groups.Find(r.ID); ok {
		group.Spec.stop(ctx) // until then status shows its instances end
	}
	return s.groups.Delete(ctx, r)
}

// Close stops them all.
func (s *Groups) Close(ctx context.Context) error {
	var stopping sync.WaitGroup
	for _, group := range s.groups.All() {
		stopping.Go(func() { group.Spec.stop(ctx) })
	}
	stopping.Wait()
	return nil
}

// Report lists what runs.
func (s *Groups) Report() []aws.Component {
	var components []aws.Component
	for _, group := range s.groups.All() {
		components = append(components, group.Spec.report()...)
	}
	return components
}

// startAnother starts a refresh as the provider does: one that runs is cancelled first.
func (g *group) startAnother(ctx context.Context, request refresh.Request) error {
	for {
		changed := g.nextLook()
		_, err := g.startRefresh(request)
		if problem := (aws.Error{}); !errors.As(err, &problem) || problem.Code != "InstanceRefreshInProgress" {
			return err
		}
		_, _ = g.cancelRefresh() // it may have ended meanwhile
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
}

// nextLook is closed when the loop has looked again.
func (g *group) nextLook() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.changed
}

// waitForCapacity returns when as many instances as the group should have are
// healthy, or early when launching them keeps failing.
func (g *group) waitForCapacity(ctx context.Context, spec Group) error {
	timeout := 10 * time.Minute
	switch declared := spec.WaitForCapacityTimeout; declared {
	case "":
	case "0":
		return nil
	default:
		var err error
		if timeout, err = time.ParseDuration(declared); err != nil {
			return fmt.Errorf("auto scaling group %s: waitForCapacityTimeout: %w", g.name, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for {
		done, changed, err := g.atCapacity()
		if done || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("auto scaling group %s: %w\n%s", g.name, ctx.Err(), g.diagnosis())
		}
	}
}

// each does something with every group, under its lock.
func (s *Groups) each(do func(*group)) {
	for _, record := range s.groups.All() {
		record.Spec.mu.Lock()
		do(record.Spec)
		record.Spec.mu.Unlock()
	}
}
