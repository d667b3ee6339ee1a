package autoscaling

import (
	"context"
	"fmt"
	"maps"
	"slices"
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

// action is a scheduled action that can be asked when it is due.
type action struct {
	Schedule
	start, end time.Time // zero if not declared
	recurrence cron.Schedule
	zone       *time.Location
	due        time.Time // zero when it never is again
}

// fields are those of AWS's cron expressions:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
var fields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// newAction reads a schedule, and says when it is due for the first time.
func newAction(s Schedule, now time.Time) (a *action, err error) {
	a = &action{Schedule: s}
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
		return nil, invalid("a scheduled action needs a start time or a recurrence")
	case s.StartTime != "" && !a.start.After(now):
		return nil, invalid("Given start time is in the past")
	case !a.end.IsZero() && !a.end.After(a.start):
		return nil, invalid("the end time is not after the start time")
	case set(s.MinSize) == nil && set(s.MaxSize) == nil && set(s.DesiredCapacity) == nil:
		return nil, invalid("a scheduled action needs a minimum size, a maximum size or a desired capacity")
	}
	a.due = a.next(now)
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

// next returns when the action is due after a time: at its start, and then as it recurs
// until its end.
func (a *action) next(after time.Time) time.Time {
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

// runSchedules performs the actions that are due.
func (g *group) runSchedules(now time.Time) {
	for _, id := range slices.Sorted(maps.Keys(g.schedules)) {
		a := g.schedules[id]
		if a.due.IsZero() || now.Before(a.due) {
			continue
		}
		if !g.suspends(processScheduledActions) {
			g.perform(a, id)
		}
		a.due = a.next(now)
	}
}

// perform sets sizes. An action that would leave the group with a size outside its bounds
// fails.
func (g *group) perform(a *action, id string) {
	wanted, size := g.bounds, g.desired
	if s := set(a.MinSize); s != nil {
		wanted.min = *s
	}
	if s := set(a.MaxSize); s != nil {
		wanted.max = *s
	}
	size = wanted.clamp(size)
	if s := set(a.DesiredCapacity); s != nil {
		size = *s
	}
	if wanted.min > wanted.max || size != wanted.clamp(size) {
		failed := g.begin("Scheduled action: "+id, "it is due")
		g.ends(failed, ActivityFailed, fmt.Sprintf("%d instances are not from %d to %d", size, wanted.min, wanted.max))
		return
	}
	g.bounds = wanted
	g.scale(size, "scheduled action "+id)
}

// Schedules implements Service[Schedule].
type Schedules struct{ groups *Groups }

// Schedules are the scheduled actions of the groups.
func (s *Groups) Schedules() *Schedules { return &Schedules{s} }

// Create adds an action to its group.
func (s *Schedules) Create(_ context.Context, r aws.Resource, spec Schedule) (aws.Outputs, error) {
	g, err := s.groups.find(spec.GroupName)
	if err != nil {
		return nil, fmt.Errorf("scheduled action %s: %w", r.Name, err)
	}
	a, err := newAction(spec, time.Now())
	if err != nil {
		return nil, fmt.Errorf("scheduled action %s: %w", r.Name, err)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.schedules[r.ID] = a
	g.poke()
	return nil, nil
}

// Update changes an action.
func (s *Schedules) Update(ctx context.Context, r aws.Resource, spec Schedule) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// Delete takes an action from its group.
func (s *Schedules) Delete(_ context.Context, r aws.Resource) error {
	s.groups.each(func(g *group) { delete(g.schedules, r.ID) })
	return nil
}
