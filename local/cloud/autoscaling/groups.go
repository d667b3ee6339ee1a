// Package autoscaling is Amazon EC2 Auto Scaling: groups that keep a number of healthy
// instances, and instance refreshes that replace them.
package autoscaling

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/elb"
)

// Group is aws:autoscaling/group:Group.
type Group struct {
	MinSize                int                    `json:"minSize"`
	MaxSize                int                    `json:"maxSize"`
	DesiredCapacity        *int                   `json:"desiredCapacity"` // kept as it is if not declared
	VPCZoneIdentifiers     []string               `json:"vpcZoneIdentifiers"`
	TargetGroupARNs        []string               `json:"targetGroupArns"`
	HealthCheckType        string                 `json:"healthCheckType"`        // "EC2" or "ELB"
	HealthCheckGracePeriod *int                   `json:"healthCheckGracePeriod"` // seconds, 300 if not declared
	WaitForCapacityTimeout string                 `json:"waitForCapacityTimeout"` // "10m" if not declared, "0" not to wait
	LaunchTemplate         *ec2.LaunchTemplateRef `json:"launchTemplate"`
	InstanceRefresh        *InstanceRefresh       `json:"instanceRefresh"`
	EnabledMetrics         []string               `json:"enabledMetrics"` // of the group; none if not declared
}

// Groups implements Service[AutoScalingGroup].
type Groups struct {
	log          *slog.Logger
	instances    *ec2.Instances
	templates    *ec2.LaunchTemplates
	targetGroups *elb.TargetGroups
	groups       *aws.Records[*group]
}

// New launches the instances of groups, and registers them with target groups.
func New(log *slog.Logger, instances *ec2.Instances, templates *ec2.LaunchTemplates, groups *elb.TargetGroups) *Groups {
	s := &Groups{log, instances, templates, groups, aws.NewRecords[*group]("auto scaling group")}
	instances.Metrics().Every(s.publish)
	return s
}

// Create returns when the declared capacity serves; a group that cannot come up is
// taken down again.
func (s *Groups) Create(ctx context.Context, r aws.Resource, spec Group) (aws.Outputs, error) {
	group := newGroup(s, r.Name)
	if err := group.declare(spec); err != nil {
		return nil, fmt.Errorf("auto scaling group %s: %w", r.Name, err)
	}
	s.groups.Put(r, group)
	go group.run()
	if err := group.waitForCapacity(ctx, spec); err != nil {
		return nil, errors.Join(err, s.Delete(context.WithoutCancel(ctx), r))
	}
	return aws.Outputs{"desiredCapacity": group.size()}, nil
}

// Update waits for more capacity, but not for an instance refresh: it runs on.
func (s *Groups) Update(ctx context.Context, r aws.Resource, spec Group) (aws.Outputs, error) {
	group, err := s.groups.Get(r.ID)
	if err != nil {
		return nil, err
	}
	before := group.size()
	if err := group.declare(spec); err != nil {
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

// declare takes a declaration into force; the group's loop acts on it.
func (g *group) declare(spec Group) error {
	_, version, err := g.templates.Version(spec.LaunchTemplate)
	if err != nil {
		return err
	}
	var groups []*elb.Targets
	for _, arn := range spec.TargetGroupARNs {
		group, err := g.targetGroups.Find(arn)
		if err != nil {
			return err
		}
		groups = append(groups, group)
	}
	if len(spec.VPCZoneIdentifiers) == 0 {
		return errors.New("vpcZoneIdentifiers: no subnet to launch instances in")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	wanted := g.desired
	if spec.DesiredCapacity != nil {
		wanted = *spec.DesiredCapacity
	}
	g.desired = min(max(wanted, spec.MinSize), spec.MaxSize)
	g.routeTo(groups)
	declared := g.spec.LaunchTemplate
	g.spec = spec
	g.failures, g.retryAt = 0, time.Time{}
	if declared == nil {
		g.version = version
	} else if *declared != *spec.LaunchTemplate {
		g.changeVersion(version)
	}
	g.poke()
	return nil
}

// routeTo registers the instances with new target groups and takes them out of
// those that are gone. The caller holds the lock.
func (g *group) routeTo(groups []*elb.Targets) {
	for _, m := range g.members {
		if m.instance == nil || m.leaving {
			continue
		}
		for _, group := range groups {
			if !slices.Contains(g.routes, group) {
				group.Register(m.id, m.instance.Interface, g.poke)
			}
		}
		for _, group := range g.routes {
			if !slices.Contains(groups, group) {
				g.work.Go(func() { group.Deregister(g.forced, m.id) })
			}
		}
	}
	g.routes = groups
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
