package operate

import (
	"context"
	"strings"
	"time"

	"myclothes/local/cloud/autoscaling"
	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

// scaling is Amazon EC2 Auto Scaling.
type autoScaling struct{ groups *autoscaling.Groups }

func (s autoScaling) actions() map[string]action {
	return map[string]action{
		"DescribeAutoScalingGroups":           act(s.describeGroups),
		"DescribeAutoScalingInstances":        act(s.describeInstances),
		"DescribeScalingActivities":           act(s.describeActivities),
		"DescribePolicies":                    act(s.describePolicies),
		"SetDesiredCapacity":                  do(s.setDesiredCapacity),
		"SetInstanceHealth":                   do(s.setInstanceHealth),
		"TerminateInstanceInAutoScalingGroup": act(s.terminateInstance),
		"SuspendProcesses":                    do(s.suspendProcesses),
		"ResumeProcesses":                     do(s.resumeProcesses),
		"StartInstanceRefresh":                act(s.startRefresh),
		"DescribeInstanceRefreshes":           act(s.describeRefreshes),
		"CancelInstanceRefresh":               act(s.cancelRefresh),
		"RollbackInstanceRefresh":             act(s.rollbackRefresh),
	}
}

// groupRequest is the input of what is asked about one group.
type groupRequest struct {
	AutoScalingGroupName string
	MaxRecords           int
	NextToken            string
}

type describeGroups struct {
	AutoScalingGroupNames []string `xml:"AutoScalingGroupNames>member"`
	MaxRecords            int
	NextToken             string
}

type groups struct {
	AutoScalingGroups []group `xml:"AutoScalingGroups>member"`
	NextToken         string  `xml:",omitempty"`
}

type group struct {
	AutoScalingGroupName, AutoScalingGroupARN string
	LaunchTemplate                            launchTemplateRef
	MinSize, MaxSize, DesiredCapacity         int
	DefaultCooldown                           int
	AvailabilityZones                         []string `xml:"AvailabilityZones>member"`
	TargetGroupARNs                           []string `xml:"TargetGroupARNs>member"`
	HealthCheckType                           string
	HealthCheckGracePeriod                    int
	Instances                                 []groupInstance `xml:"Instances>member"`
	CreatedTime                               *time.Time
	SuspendedProcesses                        []suspendedProcess `xml:"SuspendedProcesses>member"`
	VPCZoneIdentifier                         string
	TerminationPolicies                       []string `xml:"TerminationPolicies>member"`
	NewInstancesProtectedFromScaleIn          bool
	MaxInstanceLifetime                       int `xml:",omitempty"`
	DefaultInstanceWarmup                     *int
	InstanceMaintenancePolicy                 *refresh.MaintenancePolicy
}

type launchTemplateRef struct {
	LaunchTemplateId   string `xml:",omitempty"`
	LaunchTemplateName string `xml:",omitempty"`
	Version            string `xml:",omitempty"`
}

func shownTemplate(ref ec2.LaunchTemplateRef) launchTemplateRef {
	return launchTemplateRef{ref.ID, ref.Name, ref.Version}
}

type suspendedProcess struct{ ProcessName, SuspensionReason string }

type groupInstance struct {
	InstanceId           string
	InstanceType         string `xml:",omitempty"`
	AutoScalingGroupName string `xml:",omitempty"` // only when the instance is not shown within its group
	AvailabilityZone     string
	LifecycleState       string
	HealthStatus         string
	LaunchTemplate       launchTemplateRef
	ProtectedFromScaleIn bool
}

func shownInstance(i fleet.Description, group string) groupInstance {
	return groupInstance{i.ID, i.Type, group, i.Zone, i.LifecycleState, i.HealthStatus, shownTemplate(i.LaunchTemplate), i.ProtectedFromScaleIn}
}

// all describes the groups that there are.
func (s autoScaling) all() (all []autoscaling.Description) {
	for _, name := range s.groups.Names() {
		if d, err := s.groups.Describe(name); err == nil { // otherwise it was deleted meanwhile
			all = append(all, d)
		}
	}
	return all
}

func (s autoScaling) describeGroups(_ context.Context, in describeGroups) (out groups, err error) {
	found := only(s.all(), in.AutoScalingGroupNames, func(d autoscaling.Description) []string { return []string{d.Name} })
	found, out.NextToken, err = page(found, in.NextToken, in.MaxRecords)
	for _, d := range found {
		out.AutoScalingGroups = append(out.AutoScalingGroups, shownGroup(d))
	}
	return out, err
}

func shownGroup(d autoscaling.Description) group {
	shown := group{
		AutoScalingGroupName: d.Name, AutoScalingGroupARN: d.ARN, LaunchTemplate: shownTemplate(d.LaunchTemplate),
		MinSize: d.MinSize, MaxSize: d.MaxSize, DesiredCapacity: d.Desired, DefaultCooldown: d.DefaultCooldown,
		AvailabilityZones: d.Zones, TargetGroupARNs: d.TargetGroupARNs, HealthCheckType: d.HealthCheckType,
		HealthCheckGracePeriod: d.HealthCheckGracePeriod, CreatedTime: timestamp(d.Created), VPCZoneIdentifier: strings.Join(d.Subnets, ","),
		TerminationPolicies: d.TerminationPolicies, NewInstancesProtectedFromScaleIn: d.NewInstancesProtectedFromScaleIn,
		MaxInstanceLifetime: d.MaxInstanceLifetime, DefaultInstanceWarmup: d.DefaultInstanceWarmup,
		InstanceMaintenancePolicy: d.InstanceMaintenancePolicy,
	}
	for _, i := range d.Instances {
		shown.Instances = append(shown.Instances, shownInstance(i, ""))
	}
	for _, p := range d.Suspended {
		shown.SuspendedProcesses = append(shown.SuspendedProcesses, suspendedProcess{p.Name, "User suspended at " + p.Since.UTC().Format(time.RFC3339)})
	}
	return shown
}

type describeGroupInstances struct {
	InstanceIds []string `xml:"InstanceIds>member"`
	MaxRecords  int
	NextToken   string
}

type groupInstances struct {
	AutoScalingInstances []groupInstance `xml:"AutoScalingInstances>member"`
	NextToken            string          `xml:",omitempty"`
}

func (s autoScaling) describeInstances(_ context.Context, in describeGroupInstances) (out groupInstances, err error) {
	var all []groupInstance
	for _, d := range s.all() {
		for _, i := range d.Instances {
			all = append(all, shownInstance(i, d.Name))
		}
	}
	all = only(all, in.InstanceIds, func(i groupInstance) []string { return []string{i.InstanceId} })
	out.AutoScalingInstances, out.NextToken, err = page(all, in.NextToken, in.MaxRecords)
	return out, err
}

type activities struct {
	Activities []activity `xml:"Activities>member"`
	NextToken  string     `xml:",omitempty"`
}

type activity struct {
	ActivityId, AutoScalingGroupName, Description, Cause string
	StartTime, EndTime                                   *time.Time
	StatusCode                                           string
	StatusMessage                                        string `xml:",omitempty"`
	Progress                                             int
}

func shownActivity(a fleet.Activity) activity {
	shown := activity{ActivityId: a.ID, AutoScalingGroupName: a.Group, Description: a.Description, Cause: a.Cause,
		StartTime: timestamp(a.Started), EndTime: timestamp(a.Ended), StatusCode: string(a.Status), StatusMessage: a.Message}
	if shown.EndTime != nil {
		shown.Progress = 100
	}
	return shown
}

func (s autoScaling) describeActivities(_ context.Context, in groupRequest) (out activities, err error) {
	names := s.groups.Names()
	if in.AutoScalingGroupName != "" {
		names = []string{in.AutoScalingGroupName}
	}
	var all []fleet.Activity
	for _, name := range names {
		found, err := s.groups.Activities(name)
		if err != nil {
			return out, err
		}
		all = append(all, found...)
	}
	all, out.NextToken, err = page(all, in.NextToken, in.MaxRecords)
	for _, a := range all {
		out.Activities = append(out.Activities, shownActivity(a))
	}
	return out, err
}

// refusedStrategy is an error for a strategy of a refresh that is not here.
func refusedStrategy(strategy string) error {
	if strategy == "" || strategy == "Rolling" {
		return nil
	}
	return aws.Error{Code: "ValidationError", Message: "Strategy " + strategy + " is not modelled in the local cloud"}
}
