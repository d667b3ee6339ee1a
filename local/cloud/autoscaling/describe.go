package autoscaling

import (
	"time"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/ec2"
)

// Description is what DescribeAutoScalingGroups shows of a group. Times that are declared
// are in seconds of AWS.
type Description struct {
	Name, ARN                        string
	Created                          time.Time
	MinSize, MaxSize, Desired        int
	LaunchTemplate                   ec2.LaunchTemplateRef // as it is saved on the group
	Zones                            []string
	Subnets                          []string
	TargetGroupARNs                  []string
	HealthCheckType                  string
	HealthCheckGracePeriod           int
	DefaultCooldown                  int
	DefaultInstanceWarmup            *int // nil if it is not enabled
	MaxInstanceLifetime              int  // 0 if it is not set
	InstanceMaintenancePolicy        *refresh.MaintenancePolicy
	TerminationPolicies              []string
	NewInstancesProtectedFromScaleIn bool
	Suspended                        []fleet.SuspendedProcess
	Instances                        []fleet.Description
}

// Names lists the groups.
func (s *Groups) Names() []string {
	var names []string
	for _, group := range s.groups.All() {
		names = append(names, group.Spec.name)
	}
	return names
}

// Describe says what a group is, and what it has.
func (s *Groups) Describe(name string) (Description, error) {
	g, err := s.find(name)
	if err != nil {
		return Description{}, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	d := Description{
		Name: g.name, ARN: g.arn, Created: g.created, MinSize: g.bounds.Min, MaxSize: g.bounds.Max, Desired: g.desired,
		LaunchTemplate: g.saved, Subnets: g.spec.VPCZoneIdentifiers, TargetGroupARNs: g.spec.TargetGroupARNs,
		HealthCheckType: "EC2", HealthCheckGracePeriod: defaultGrace, DefaultCooldown: defaultCooldown,
		DefaultInstanceWarmup: g.spec.DefaultInstanceWarmup, MaxInstanceLifetime: g.spec.MaxInstanceLifetime,
		InstanceMaintenancePolicy: g.spec.InstanceMaintenancePolicy, TerminationPolicies: g.spec.TerminationPolicies,
		NewInstancesProtectedFromScaleIn: g.spec.ProtectFromScaleIn,
	}
	g.completeDescription(&d)
	return d, nil
}

// completeDescription fills in AWS's defaults, and the lists.
func (g *group) completeDescription(d *Description) {
	if g.spec.HealthCheckType != "" {
		d.HealthCheckType = g.spec.HealthCheckType
	}
	if grace := g.spec.HealthCheckGracePeriod; grace != nil {
		d.HealthCheckGracePeriod = *grace
	}
	if cooldown := g.spec.DefaultCooldown; cooldown != nil {
		d.DefaultCooldown = *cooldown
	}
	if len(d.TerminationPolicies) == 0 {
		d.TerminationPolicies = []string{"Default"}
	}
	for _, subnet := range d.Subnets {
		if zone, err := g.instances.ZoneOf(subnet); err == nil {
			d.Zones = append(d.Zones, zone)
		}
	}
	d.Suspended = g.suspended.List()
	for _, m := range g.members {
		d.Instances = append(d.Instances, m.Describe())
	}
}
