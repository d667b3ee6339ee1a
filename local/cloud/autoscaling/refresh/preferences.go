package refresh

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"myclothes/local/cloud/ec2"
)

// Declaration is an Auto Scaling group's instanceRefresh: the refresh that the provider
// starts when another version of the launch template is declared.
type Declaration struct {
	Strategy    string      `json:"strategy"` // "Rolling"
	Preferences Preferences `json:"preferences"`
	Triggers    []string    `json:"triggers"` // other properties whose change starts one
}

func (r Declaration) Check() error {
	switch {
	case r.Strategy != "" && r.Strategy != "Rolling":
		return fmt.Errorf("instanceRefresh: strategy %q is not modelled in the local cloud", r.Strategy)
	case len(r.Triggers) > 0:
		return fmt.Errorf("instanceRefresh: triggers are not modelled in the local cloud")
	}
	if err := r.Preferences.Check(); err != nil {
		return fmt.Errorf("instanceRefresh: preferences: %w", err)
	}
	return nil
}

// Request is what StartInstanceRefresh takes.
type Request struct {
	// DesiredConfiguration is what the refresh launches, and what it saves on the group when
	// it succeeds. Without one it launches what is saved on the group already.
	DesiredConfiguration *ec2.LaunchTemplateRef
	Preferences          Preferences
}

// Preferences say how an instance refresh replaces instances:
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
// Times are in seconds of AWS.
type Preferences struct {
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
func (p Preferences) Check() error {
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

// MaintenancePolicy bounds how many instances may be short or more while a refresh replaces
// them, in percent of the desired capacity. On AWS it bounds other replacements too: here an
// unhealthy instance goes before another one is launched, whatever it says.
type MaintenancePolicy struct {
	MinHealthyPercentage int `json:"minHealthyPercentage"`
	MaxHealthyPercentage int `json:"maxHealthyPercentage"`
}

// Check applies the bounds of healthy percentages.
func (p MaintenancePolicy) Check() error {
	return checkPercentages(&p.MinHealthyPercentage, &p.MaxHealthyPercentage)
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

// Seconds returns a declared number, or the other one.
func Seconds(declared json.Number, otherwise int) time.Duration {
	if n, err := strconv.Atoi(declared.String()); err == nil {
		otherwise = n
	}
	return time.Duration(otherwise) * time.Second
}
