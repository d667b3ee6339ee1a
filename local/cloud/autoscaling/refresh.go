package autoscaling

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
)

// InstanceRefresh is an Auto Scaling group's instanceRefresh: the refresh that the provider
// starts when another version of the launch template is declared.
type InstanceRefresh struct {
	Strategy    string             `json:"strategy"` // "Rolling"
	Preferences RefreshPreferences `json:"preferences"`
	Triggers    []string           `json:"triggers"` // other properties whose change starts one
}

func (r InstanceRefresh) check() error {
	switch {
	case r.Strategy != "" && r.Strategy != "Rolling":
		return fmt.Errorf("instanceRefresh: strategy %q is not modelled in the local cloud", r.Strategy)
	case len(r.Triggers) > 0:
		return fmt.Errorf("instanceRefresh: triggers are not modelled in the local cloud")
	}
	if err := r.Preferences.check(); err != nil {
		return fmt.Errorf("instanceRefresh: preferences: %w", err)
	}
	return nil
}

// RefreshRequest is what StartInstanceRefresh takes.
type RefreshRequest struct {
	// DesiredConfiguration is what the refresh launches, and what it saves on the group when
	// it succeeds. Without one it launches what is saved on the group already.
	DesiredConfiguration *ec2.LaunchTemplateRef
	Preferences          RefreshPreferences
}

// RefreshPreferences say how an instance refresh replaces instances:
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
// Times are in seconds of AWS.
type RefreshPreferences struct {
	MinHealthyPercentage      *int         `json:"minHealthyPercentage,omitempty"`      // the maintenance policy's if not declared, or 90
	MaxHealthyPercentage      *int         `json:"maxHealthyPercentage,omitempty"`      // the maintenance policy's if not declared, or 100
	InstanceWarmup            json.Number  `json:"instanceWarmup,omitempty"`            // the group's default warm-up if not declared, or its grace period
	SkipMatching              bool         `json:"skipMatching,omitempty"`              // leave instances alone that are what is wanted
	AutoRollback              bool         `json:"autoRollback,omitempty"`              // roll back instead of failing
	AlarmSpecification        *AlarmChoice `json:"alarmSpecification,omitempty"`        // alarms that make it fail
	CheckpointPercentages     []int        `json:"checkpointPercentages,omitempty"`     // where it waits; it ends at the last
	CheckpointDelay           json.Number  `json:"checkpointDelay,omitempty"`           // 3600 if not declared
	BakeTime                  int          `json:"bakeTime,omitempty"`                  // how long it goes on watching alarms at the end
	ScaleInProtectedInstances string       `json:"scaleInProtectedInstances,omitempty"` // "Refresh", "Ignore", or "Wait" if not declared
	StandbyInstances          string       `json:"standbyInstances,omitempty"`          // without effect: no instance is in standby here
}

// AlarmChoice names CloudWatch alarms.
type AlarmChoice struct {
	Alarms []string `json:"alarms"`
}

// check says what AWS refuses of preferences.
func (p RefreshPreferences) check() error {
	if err := checkPercentages(p.MinHealthyPercentage, p.MaxHealthyPercentage); err != nil {
		return err
	}
	last := 0
	for _, percentage := range p.CheckpointPercentages {
		if percentage <= last || percentage > 100 {
			return fmt.Errorf("checkpoint percentages: %v are not ascending numbers from 1 to 100", p.CheckpointPercentages)
		}
		last = percentage
	}
	for name, number := range map[string]json.Number{"instance warmup": p.InstanceWarmup, "checkpoint delay": p.CheckpointDelay} {
		if n, err := strconv.Atoi(number.String()); number != "" && (err != nil || n < 0) {
			return fmt.Errorf("%s: %q is no number of seconds", name, number)
		}
	}
	switch {
	case p.CheckpointDelay != "" && last == 0:
		return fmt.Errorf("checkpoint delay: there are no checkpoint percentages")
	case !slices.Contains([]string{"", "Refresh", "Ignore", "Wait"}, p.ScaleInProtectedInstances):
		return fmt.Errorf("scale-in protected instances: %q is none of Refresh, Ignore and Wait", p.ScaleInProtectedInstances)
	case p.AlarmSpecification != nil && len(p.AlarmSpecification.Alarms) > 10:
		return fmt.Errorf("alarm specification: %d alarms are more than 10", len(p.AlarmSpecification.Alarms))
	}
	return nil
}

// checkPercentages applies the bounds of healthy percentages.
func checkPercentages(least, most *int) error {
	switch {
	case least != nil && (*least < 0 || *least > 100):
		return fmt.Errorf("minimum healthy percentage: %d is not from 0 to 100", *least)
	case most == nil:
		return nil
	case *most < 100 || *most > 200:
		return fmt.Errorf("maximum healthy percentage: %d is not from 100 to 200", *most)
	case least == nil:
		return fmt.Errorf("maximum healthy percentage: it needs a minimum healthy percentage")
	case *most-*least > 100:
		return fmt.Errorf("healthy percentages: the difference of %d and %d is more than 100", *least, *most)
	}
	return nil
}

// seconds returns a declared number, or the other one.
func seconds(declared json.Number, otherwise int) time.Duration {
	if n, err := strconv.Atoi(declared.String()); err == nil {
		otherwise = n
	}
	return time.Duration(otherwise) * time.Second
}

// RefreshStatus is one of AWS's names for how far an instance refresh is.
type RefreshStatus string

// The states of an instance refresh.
const (
	RefreshInProgress         RefreshStatus = "InProgress"
	RefreshBaking             RefreshStatus = "Baking" // all is replaced, alarms are still watched
	RefreshSuccessful         RefreshStatus = "Successful"
	RefreshFailed             RefreshStatus = "Failed"
	RefreshCancelling         RefreshStatus = "Cancelling" // until launches and terminations under way are done
	RefreshCancelled          RefreshStatus = "Cancelled"
	RefreshRollbackInProgress RefreshStatus = "RollbackInProgress"
	RefreshRollbackSuccessful RefreshStatus = "RollbackSuccessful"
	RefreshRollbackFailed     RefreshStatus = "RollbackFailed"
)

// Refresh is an instance refresh: the replacement of a group's instances.
type Refresh struct {
	ID       string        `json:"id"`
	Group    string        `json:"group"`
	Status   RefreshStatus `json:"status"`
	Percent  int           `json:"percent"`          // goes back to 0 in a rollback
	Replaced int           `json:"replaced"`         // instances of the refresh that are in service and warm
	Total    int           `json:"total"`            // how many it is to replace
	ToUpdate int           `json:"toUpdate"`         // how many are left
	Reason   string        `json:"reason,omitempty"` // why it is not further, or failed, with the end of the log
	Started  time.Time     `json:"started"`
	Ended    time.Time     `json:"ended,omitzero"`

	DesiredConfiguration *ec2.LaunchTemplateRef `json:"desiredConfiguration,omitempty"`
	Preferences          RefreshPreferences     `json:"preferences"`
	Rollback             *Rollback              `json:"rollback,omitempty"` // nil unless it is rolled back
}

// Rollback says why and from where a refresh goes back.
type Rollback struct {
	Reason   string    `json:"reason"`
	Started  time.Time `json:"started"`
	Percent  int       `json:"percent"`  // of the refresh at that time
	ToUpdate int       `json:"toUpdate"` // at that time
}

// Running says whether the refresh has not come to its end.
func (r Refresh) Running() bool {
	switch r.Status {
	case RefreshInProgress, RefreshBaking, RefreshRollbackInProgress, RefreshCancelling:
		return true
	}
	return false
}

// String is one line for people who wait for it.
func (r Refresh) String() string {
	line := fmt.Sprintf("%s: instance refresh %s, %d of %d replaced", r.Group, r.Status, r.Replaced, r.Total)
	if r.Running() && r.Reason != "" {
		line += ": " + firstLine(r.Reason)
	}
	return line
}

// Refreshes lists the instance refreshes of a group, or with no name those of all, the
// oldest first.
func (s *Groups) Refreshes(name string) ([]Refresh, error) {
	var refreshes []Refresh
	if name != "" {
		group, err := s.find(name)
		if err != nil {
			return nil, err
		}
		return group.refreshes(), nil
	}
	for _, group := range s.groups.All() {
		refreshes = append(refreshes, group.Spec.refreshes()...)
	}
	slices.SortFunc(refreshes, func(a, b Refresh) int { return a.Started.Compare(b.Started) })
	return refreshes, nil
}

// StartRefresh begins to replace the instances of a group and returns the refresh's id.
// Errors have AWS's codes: InstanceRefreshInProgress when one runs, and ValidationError.
func (s *Groups) StartRefresh(name string, request RefreshRequest) (id string, err error) {
	group, err := s.find(name)
	if err != nil {
		return "", err
	}
	return group.startRefresh(request)
}

// CancelRefresh stops the refresh or the rollback that runs, and leaves the instances as
// they are. What is launched or terminated meanwhile is waited for. Its error is
// ActiveInstanceRefreshNotFound when none runs.
func (s *Groups) CancelRefresh(name string) (id string, err error) {
	group, err := s.find(name)
	if err != nil {
		return "", err
	}
	return group.cancelRefresh()
}

// RollbackRefresh replaces what the running refresh has launched by what was saved on the
// group before. Its errors are ActiveInstanceRefreshNotFound when none runs, and
// IrreversibleInstanceRefresh: without a desired configuration, and when the version that
// is saved on the group is no number or its image is looked up.
func (s *Groups) RollbackRefresh(name string) (id string, err error) {
	group, err := s.find(name)
	if err != nil {
		return "", err
	}
	return group.rollbackRefresh()
}

// find returns the group of that name, or AWS's error.
func (s *Groups) find(name string) (*group, error) {
	for _, group := range s.groups.All() {
		if group.Spec.name == name {
			return group.Spec, nil
		}
	}
	return nil, invalid("AutoScalingGroup name not found - %s", name)
}

// invalid is AWS's error for a request that cannot be.
func invalid(format string, values ...any) error {
	return aws.Error{Code: "ValidationError", Message: fmt.Sprintf(format, values...)}
}
