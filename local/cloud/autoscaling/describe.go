package autoscaling

import (
	"time"

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
	InstanceMaintenancePolicy        *MaintenancePolicy
	TerminationPolicies              []string
	NewInstancesProtectedFromScaleIn bool
	Suspended                        []SuspendedProcess
	Instances                        []InstanceDescription
}

// SuspendedProcess is a process of a group that does not run.
type SuspendedProcess struct {
	Name  string
	Since time.Time
}

// InstanceDescription is what is shown of an instance of a group.
type InstanceDescription struct {
	ID, Type, Zone       string
	LifecycleState       string // "Pending", "InService" or "Terminating"
	HealthStatus         string // "Healthy" or "Unhealthy"
	LaunchTemplate       ec2.LaunchTemplateRef
	ProtectedFromScaleIn bool
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
		Name: g.name, ARN: g.arn, Created: g.created, MinSize: g.bounds.min, MaxSize: g.bounds.max, Desired: g.desired,
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
	for _, process := range g.suspendedProcesses() {
		d.Suspended = append(d.Suspended, SuspendedProcess{process, g.suspended[process]})
	}
	for _, m := range g.members {
		d.Instances = append(d.Instances, describe(m))
	}
}

func describe(m *member) InstanceDescription {
	d := InstanceDescription{
		ID: m.id, Type: m.instanceType, Zone: m.zone, LifecycleState: "InService", HealthStatus: "Healthy",
		LaunchTemplate: m.config, ProtectedFromScaleIn: m.protected,
	}
	switch {
	case m.leaving:
		d.LifecycleState = "Terminating"
	case m.inService.IsZero():
		d.LifecycleState = "Pending"
	}
	if m.unhealthy != "" {
		d.HealthStatus = "Unhealthy"
	}
	return d
}
