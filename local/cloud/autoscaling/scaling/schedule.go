package scaling

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"myclothes/local/cloud/aws"
)

// Schedule is aws:autoscaling/schedule:Schedule, a scheduled action. Its times are those of
// the calendar, whatever the cloud's scale.
type Schedule struct {
	GroupName       string `json:"autoscalingGroupName"`
	MinSize         *int   `json:"minSize"` // -1 leaves what is, as not to declare it does
	MaxSize         *int   `json:"maxSize"`
	DesiredCapacity *int   `json:"desiredCapacity"`
	StartTime       string `json:"startTime"`  // "2026-06-01T00:00:00Z"
	EndTime         string `json:"endTime"`    // of a recurrence
	Recurrence      string `json:"recurrence"` // "30 0 1 1,6,12 *"
	TimeZone        string `json:"timeZone"`   // "Europe/Berlin"; UTC if not declared
}

// Action is a scheduled action that can be asked when it is due.
type Action struct {
	Schedule
	start, end time.Time // zero if not declared
	recurrence cron.Schedule
	zone       *time.Location
	Due        time.Time // zero when it never is again
}

// fields are those of AWS's cron expressions:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
var fields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// NewAction reads a schedule, and says when it is due for the first time.
func NewAction(s Schedule, now time.Time) (a *Action, err error) {
	a = &Action{Schedule: s}
	if a.start, err = moment(s.StartTime); err != nil {
		return nil, fmt.Errorf("startTime: %w", err)
	}
	if a.end, err = moment(s.EndTime); err != nil {
		return nil, fmt.Errorf("endTime: %w", err)
	}
	if a.zone, err = time.LoadLocation(s.TimeZone); err != nil {
		return nil, fmt.Errorf("timeZone: %w", err)
	}
	if s.Recurrence != "" {
		if a.recurrence, err = fields.Parse(s.Recurrence); err != nil {
			return nil, fmt.Errorf("recurrence: %w", err)
		}
	}
	switch {
	case s.StartTime == "" && s.Recurrence == "":
		return nil, aws.Invalid("a scheduled action needs a start time or a recurrence")
	case s.StartTime != "" && !a.start.After(now):
		return nil, aws.Invalid("Given start time is in the past")
	case !a.end.IsZero() && !a.end.After(a.start):
		return nil, aws.Invalid("the end time is not after the start time")
	case set(s.MinSize) == nil && set(s.MaxSize) == nil && set(s.DesiredCapacity) == nil:
		return nil, aws.Invalid("a scheduled action needs a minimum size, a maximum size or a desired capacity")
	}
	a.Due = a.Next(now)
	return a, nil
}

// moment reads a time; none is declared as "".
func moment(declared string) (time.Time, error) {
	if declared == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, declared)
}

// set returns a declared size, nil for what leaves one as it is.
func set(declared *int) *int {
	if declared == nil || *declared < 0 {
		return nil
	}
	return declared
}

// Next returns when the action is due after a time: at its start, and then as it recurs
// until its end.
func (a *Action) Next(after time.Time) time.Time {
	next := a.start
	if !a.start.After(after) {
		if a.recurrence == nil {
			return time.Time{}
		}
		next = a.recurrence.Next(after.In(a.zone))
	}
	if !a.end.IsZero() && next.After(a.end) {
		return time.Time{}
	}
	return next
}

// Apply returns the bounds and the size of a group that an action is performed on. An action
// that would leave the group with a size outside its bounds fails.
func (s Schedule) Apply(bounds Bounds, size int) (Bounds, int, error) {
	if least := set(s.MinSize); least != nil {
		bounds.Min = *least
	}
	if most := set(s.MaxSize); most != nil {
		bounds.Max = *most
	}
	size = bounds.Clamp(size)
	if wanted := set(s.DesiredCapacity); wanted != nil {
		size = *wanted
	}
	if bounds.Min > bounds.Max || size != bounds.Clamp(size) {
		return bounds, size, fmt.Errorf("%d instances are not from %d to %d", size, bounds.Min, bounds.Max)
	}
	return bounds, size, nil
}
