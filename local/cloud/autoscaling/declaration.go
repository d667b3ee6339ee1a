package autoscaling

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/ec2"
)

// Group is aws:autoscaling/group:Group.
type Group struct {
	MinSize                   int                        `json:"minSize"`
	MaxSize                   int                        `json:"maxSize"`
	DesiredCapacity           *int                       `json:"desiredCapacity"` // kept as it is if not declared
	VPCZoneIdentifiers        []string                   `json:"vpcZoneIdentifiers"`
	TargetGroupARNs           []string                   `json:"targetGroupArns"`
	HealthCheckType           string                     `json:"healthCheckType"`        // "EC2" or "ELB"
	HealthCheckGracePeriod    *int                       `json:"healthCheckGracePeriod"` // seconds of AWS, 300 if not declared
	DefaultInstanceWarmup     *int                       `json:"defaultInstanceWarmup"`  // seconds of AWS, none if not declared
	DefaultCooldown           *int                       `json:"defaultCooldown"`        // seconds of AWS, 300 if not declared
	WaitForCapacityTimeout    string                     `json:"waitForCapacityTimeout"` // "10m" if not declared, "0" not to wait
	LaunchTemplate            *ec2.LaunchTemplateRef     `json:"launchTemplate"`
	InstanceRefresh           *refresh.Declaration       `json:"instanceRefresh"`
	InstanceMaintenancePolicy *refresh.MaintenancePolicy `json:"instanceMaintenancePolicy"`
	TerminationPolicies       []string                   `json:"terminationPolicies"` // "Default" if not declared
	ProtectFromScaleIn        bool                       `json:"protectFromScaleIn"`  // instances that are launched from now on
	MaxInstanceLifetime       int                        `json:"maxInstanceLifetime"` // seconds of AWS, 0 for ever
	SuspendedProcesses        []string                   `json:"suspendedProcesses"`
	EnabledMetrics            []string                   `json:"enabledMetrics"` // of the group; none if not declared

	// What would change what the group does, and is not modelled here.
	AvailabilityZones     json.RawMessage `json:"availabilityZones"`
	InitialLifecycleHooks json.RawMessage `json:"initialLifecycleHooks"`
	LaunchConfiguration   json.RawMessage `json:"launchConfiguration"`
	LoadBalancers         json.RawMessage `json:"loadBalancers"`
	MixedInstancesPolicy  json.RawMessage `json:"mixedInstancesPolicy"`
	TrafficSources        json.RawMessage `json:"trafficSources"`
	WarmPool              json.RawMessage `json:"warmPool"`
}

// defaultGrace is the provider's health check grace period. AWS's own is none.
const defaultGrace = 300

// defaultCooldown is AWS's: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-cooldowns.html
const defaultCooldown = 300

// leastLifetime is a day:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-max-instance-lifetime.html
const leastLifetime = 86400

// check says what of a declaration AWS refuses, or is not modelled here.
func (s Group) check() error {
	for property, declared := range map[string]json.RawMessage{
		"availabilityZones": s.AvailabilityZones, "initialLifecycleHooks": s.InitialLifecycleHooks,
		"launchConfiguration": s.LaunchConfiguration, "loadBalancers": s.LoadBalancers,
		"mixedInstancesPolicy": s.MixedInstancesPolicy, "trafficSources": s.TrafficSources, "warmPool": s.WarmPool,
	} {
		if text := string(declared); text != "" && text != "null" && text != "[]" && text != `""` {
			return fmt.Errorf("%s: not modelled in the local cloud", property)
		}
	}
	switch {
	case len(s.VPCZoneIdentifiers) == 0:
		return fmt.Errorf("vpcZoneIdentifiers: no subnet to launch instances in")
	case s.MinSize < 0 || s.MaxSize < s.MinSize:
		return fmt.Errorf("maxSize: %d is less than minSize, %d", s.MaxSize, s.MinSize)
	case s.MaxInstanceLifetime != 0 && s.MaxInstanceLifetime < leastLifetime:
		return fmt.Errorf("maxInstanceLifetime: %d seconds are less than a day, %d", s.MaxInstanceLifetime, leastLifetime)
	}
	for _, policy := range s.TerminationPolicies {
		if !fleet.Knows(policy) {
			return fmt.Errorf("terminationPolicies: %q is not modelled in the local cloud", policy)
		}
	}
	if p := s.InstanceMaintenancePolicy; p != nil {
		if err := p.Check(); err != nil {
			return fmt.Errorf("instanceMaintenancePolicy: %w", err)
		}
	}
	if unknown := slices.IndexFunc(s.SuspendedProcesses, func(p string) bool { return !slices.Contains(fleet.Processes, p) }); unknown >= 0 {
		return fmt.Errorf("suspendedProcesses: %q is none of %s", s.SuspendedProcesses[unknown], strings.Join(fleet.Processes, ", "))
	}
	if s.InstanceRefresh != nil {
		return s.InstanceRefresh.Check()
	}
	return nil
}

// refresh returns what the provider asks of AWS when another version is declared, nil if
// nothing. It saves the version on the group before that, and names it as the desired
// configuration only because AWS refuses to roll back without one. So there is nothing else to
// go back to than the version that is rolled out:
// https://github.com/hashicorp/terraform-provider-aws/pull/31715 and issue 34189.
func (s Group) refresh() *refresh.Request {
	if s.InstanceRefresh == nil {
		return nil
	}
	request := &refresh.Request{Preferences: s.InstanceRefresh.Preferences}
	if request.Preferences.AutoRollback {
		request.DesiredConfiguration = s.LaunchTemplate
	}
	return request
}
