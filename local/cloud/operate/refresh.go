package operate

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/ec2"
)

type startRefresh struct {
	AutoScalingGroupName, Strategy string
	DesiredConfiguration           *desiredConfiguration
	Preferences                    refreshPreferences
}

type desiredConfiguration struct {
	LaunchTemplate launchTemplateRef
}

type refreshPreferences struct {
	MinHealthyPercentage      *int
	MaxHealthyPercentage      *int
	InstanceWarmup            *int
	CheckpointPercentages     []int `xml:"CheckpointPercentages>member,omitempty"`
	CheckpointDelay           *int
	SkipMatching              bool
	AutoRollback              bool
	ScaleInProtectedInstances string              `xml:",omitempty"`
	StandbyInstances          string              `xml:",omitempty"`
	AlarmSpecification        *alarmSpecification `xml:",omitempty"`
	BakeTime                  int                 `xml:",omitempty"`
}

type alarmSpecification struct {
	Alarms []string `xml:"Alarms>member"`
}

type refreshID struct{ InstanceRefreshId string }

func (s autoScaling) startRefresh(_ context.Context, in startRefresh) (out refreshID, err error) {
	if err := refusedStrategy(in.Strategy); err != nil {
		return out, err
	}
	p := in.Preferences
	request := refresh.Request{Preferences: refresh.Preferences{
		MinHealthyPercentage: p.MinHealthyPercentage, MaxHealthyPercentage: p.MaxHealthyPercentage, InstanceWarmup: number(p.InstanceWarmup),
		SkipMatching: p.SkipMatching, AutoRollback: p.AutoRollback, CheckpointPercentages: p.CheckpointPercentages,
		CheckpointDelay: number(p.CheckpointDelay), BakeTime: p.BakeTime, ScaleInProtectedInstances: p.ScaleInProtectedInstances,
		StandbyInstances: p.StandbyInstances,
	}}
	if p.AlarmSpecification != nil {
		request.Preferences.AlarmSpecification = &refresh.AlarmChoice{Alarms: p.AlarmSpecification.Alarms}
	}
	if in.DesiredConfiguration != nil {
		t := in.DesiredConfiguration.LaunchTemplate
		request.DesiredConfiguration = &ec2.LaunchTemplateRef{ID: t.LaunchTemplateId, Name: t.LaunchTemplateName, Version: t.Version}
	}
	out.InstanceRefreshId, err = s.groups.StartRefresh(in.AutoScalingGroupName, request)
	return out, err
}

func (s autoScaling) cancelRefresh(_ context.Context, in groupRequest) (out refreshID, err error) {
	out.InstanceRefreshId, err = s.groups.CancelRefresh(in.AutoScalingGroupName)
	return out, err
}

func (s autoScaling) rollbackRefresh(_ context.Context, in groupRequest) (out refreshID, err error) {
	out.InstanceRefreshId, err = s.groups.RollbackRefresh(in.AutoScalingGroupName)
	return out, err
}

type describeRefreshes struct {
	AutoScalingGroupName string
	InstanceRefreshIds   []string `xml:"InstanceRefreshIds>member"`
	MaxRecords           int
	NextToken            string
}

type refreshes struct {
	InstanceRefreshes []instanceRefresh `xml:"InstanceRefreshes>member"`
	NextToken         string            `xml:",omitempty"`
}

type instanceRefresh struct {
	InstanceRefreshId, AutoScalingGroupName, Status string
	StatusReason                                    string `xml:",omitempty"`
	StartTime, EndTime                              *time.Time
	PercentageComplete, InstancesToUpdate           int
	Preferences                                     refreshPreferences
	DesiredConfiguration                            *desiredConfiguration
	RollbackDetails                                 *rollbackDetails
}

type rollbackDetails struct {
	RollbackReason                                            string
	RollbackStartTime                                         *time.Time
	PercentageCompleteOnRollback, InstancesToUpdateOnRollback int
}

// describeRefreshes lists the newest first.
func (s autoScaling) describeRefreshes(_ context.Context, in describeRefreshes) (out refreshes, err error) {
	all, err := s.groups.Refreshes(in.AutoScalingGroupName)
	if err != nil {
		return out, err
	}
	slices.Reverse(all)
	all = only(all, in.InstanceRefreshIds, func(r refresh.Refresh) []string { return []string{r.ID} })
	all, out.NextToken, err = page(all, in.NextToken, in.MaxRecords)
	for _, r := range all {
		out.InstanceRefreshes = append(out.InstanceRefreshes, shownRefresh(r))
	}
	return out, err
}

func shownRefresh(r refresh.Refresh) instanceRefresh {
	shown := instanceRefresh{
		InstanceRefreshId: r.ID, AutoScalingGroupName: r.Group, Status: string(r.Status), StatusReason: r.Reason,
		StartTime: timestamp(r.Started), EndTime: timestamp(r.Ended), PercentageComplete: r.Percent, InstancesToUpdate: r.ToUpdate,
		Preferences: shownPreferences(r.Preferences),
	}
	if r.DesiredConfiguration != nil {
		shown.DesiredConfiguration = &desiredConfiguration{shownTemplate(*r.DesiredConfiguration)}
	}
	if back := r.Rollback; back != nil {
		shown.RollbackDetails = &rollbackDetails{back.Reason, timestamp(back.Started), back.Percent, back.ToUpdate}
	}
	return shown
}

func shownPreferences(p refresh.Preferences) refreshPreferences {
	shown := refreshPreferences{
		MinHealthyPercentage: p.MinHealthyPercentage, MaxHealthyPercentage: p.MaxHealthyPercentage, InstanceWarmup: seconds(p.InstanceWarmup),
		SkipMatching: p.SkipMatching, AutoRollback: p.AutoRollback, CheckpointPercentages: p.CheckpointPercentages,
		CheckpointDelay: seconds(p.CheckpointDelay), BakeTime: p.BakeTime, ScaleInProtectedInstances: p.ScaleInProtectedInstances,
		StandbyInstances: p.StandbyInstances,
	}
	if p.AlarmSpecification != nil {
		shown.AlarmSpecification = &alarmSpecification{p.AlarmSpecification.Alarms}
	}
	return shown
}

// number is a number as it may be declared, "" if it is not.
func number(seconds *int) json.Number {
	if seconds == nil {
		return ""
	}
	return json.Number(strconv.Itoa(*seconds))
}

func seconds(declared json.Number) *int {
	if n, err := strconv.Atoi(declared.String()); err == nil {
		return &n
	}
	return nil
}
