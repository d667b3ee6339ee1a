// Package fleet is what an Auto Scaling group knows of its instances: who there is, who counts,
// who goes first, how evenly they stand in the zones, and what was done to them. It decides
// nothing that takes time: package autoscaling launches and terminates.
package fleet

import (
	"slices"
	"time"

	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/autoscaling/scaling"
	"myclothes/local/cloud/ec2"
)

// Member is an instance of the group, from the decision to launch it until nothing
// is left of it.
type Member struct {
	ID           string
	Subnet, Zone string
	Config       ec2.LaunchTemplateRef // as it was resolved at launch
	InstanceType string
	Roll         *refresh.Rollout // the refresh that launched it, nil if none did
	Instance     *ec2.Instance    // nil while it is launched
	Launched     time.Time        // when that was decided
	InService    time.Time        // when it was attached to the group
	Ready        time.Time        // when it was first healthy
	Unhealthy    string           // why it is marked as unhealthy, "" if it is not
	Protected    bool             // from scale-in
	Unrouted     bool             // launched while instances were not added to the load balancer
	Replace      bool             // the refresh that runs is to replace it
	Ends         int              // of its service, as far as they are noted
	Failed       bool             // it did not come up, which has been told
	Leaving      bool
	Activity     *Activity // its launch
}

// ToReplace says whether the refresh that runs is to replace a member.
func ToReplace(m *Member) bool { return m.Replace }

// ToStay says whether it is not.
func ToStay(m *Member) bool { return !m.Replace }

// InZone says of members whether they are in a zone.
func InZone(zone string) func(*Member) bool {
	return func(m *Member) bool { return m.Zone == zone }
}

// IsHealthy says whether a member is in service, and healthy as far as the group knows.
func IsHealthy(m *Member) bool { return !m.InService.IsZero() && m.Unhealthy == "" }

// Members are the instances of a group.
type Members []*Member

// Count returns how many members that are not leaving satisfy all conditions.
func (all Members) Count(conditions ...func(*Member) bool) int {
	n := 0
	for _, m := range all {
		if !m.Leaving && !slices.ContainsFunc(conditions, func(is func(*Member) bool) bool { return !is(m) }) {
			n++
		}
	}
	return n
}

// States returns how many members have not been in service yet, are in service, and leave.
func (all Members) States() (pending, inService, leaving int) {
	for _, m := range all {
		switch {
		case m.Leaving:
			leaving++
		case m.InService.IsZero():
			pending++
		default:
			inService++
		}
	}
	return pending, inService, leaving
}

// Sizes are the group's metrics. No instance is ever in standby here, and every one is one
// unit of capacity.
func (all Members) Sizes(bounds scaling.Bounds, desired int) map[string]int {
	pending, inService, terminating := all.States()
	return map[string]int{
		"GroupMinSize": bounds.Min, "GroupMaxSize": bounds.Max, "GroupDesiredCapacity": desired,
		"GroupInServiceInstances": inService, "GroupInServiceCapacity": inService,
		"GroupPendingInstances": pending, "GroupPendingCapacity": pending,
		"GroupStandbyInstances": 0, "GroupStandbyCapacity": 0,
		"GroupTerminatingInstances": terminating, "GroupTerminatingCapacity": terminating,
		"GroupTotalInstances": len(all), "GroupTotalCapacity": len(all),
	}
}

// Description is what is shown of an instance of a group.
type Description struct {
	ID, Type, Zone       string
	LifecycleState       string // "Pending", "InService" or "Terminating"
	HealthStatus         string // "Healthy" or "Unhealthy"
	LaunchTemplate       ec2.LaunchTemplateRef
	ProtectedFromScaleIn bool
}

// Describe says what a member is.
func (m *Member) Describe() Description {
	d := Description{
		ID: m.ID, Type: m.InstanceType, Zone: m.Zone, LifecycleState: "InService", HealthStatus: "Healthy",
		LaunchTemplate: m.Config, ProtectedFromScaleIn: m.Protected,
	}
	switch {
	case m.Leaving:
		d.LifecycleState = "Terminating"
	case m.InService.IsZero():
		d.LifecycleState = "Pending"
	}
	if m.Unhealthy != "" {
		d.HealthStatus = "Unhealthy"
	}
	return d
}
