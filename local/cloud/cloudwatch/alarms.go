package cloudwatch

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
)

// keptChanges is how many of the last changes of an alarm are kept.
const keptChanges = 100

// Alarm is an alarm as it is.
type Alarm struct {
	MetricAlarm
	ARN        string
	State      State
	Reason     string
	Updated    time.Time // when it entered the state
	Configured time.Time // when it was declared like this
	History    []Change  // the last changes of the state, the oldest first
}

// Change is an alarm's change from one state to another.
type Change struct {
	Alarm    string
	From, To State
	Reason   string
	Time     time.Time
}

// Alarms evaluates alarms at the end of every minute of AWS, whatever their periods, as
// CloudWatch does. It implements Service[MetricAlarm].
type Alarms struct {
	metrics *Metrics
	events  *aws.Events
	region  string

	mu        sync.Mutex
	alarms    map[string]*Alarm
	listeners []func(Change)
}

// NewAlarms returns no alarms yet, which look at metrics and tell of their changes.
func NewAlarms(metrics *Metrics, events *aws.Events, region string) *Alarms {
	s := &Alarms{metrics: metrics, events: events, region: region, alarms: map[string]*Alarm{}}
	metrics.After(s.evaluate)
	return s
}

// Create declares an alarm.
func (s *Alarms) Create(_ context.Context, r aws.Resource, spec MetricAlarm) (aws.Outputs, error) {
	if spec.Name == "" {
		spec.Name = r.Name
	}
	return nil, s.Put(spec)
}

// Update declares an alarm as it is to be from now on; it stays in its state.
func (s *Alarms) Update(ctx context.Context, r aws.Resource, spec MetricAlarm) (aws.Outputs, error) {
	return s.Create(ctx, r, spec)
}

// Delete forgets an alarm.
func (s *Alarms) Delete(_ context.Context, r aws.Resource) error {
	s.Remove(r.Name)
	return nil
}

// Put declares an alarm as put-metric-alarm does: a new one has insufficient data until
// it is evaluated; one of that name that is there keeps its state. What AWS refuses, or
// what is not modelled here, is an error that names every field.
func (s *Alarms) Put(spec MetricAlarm) error {
	if err := spec.check(); err != nil {
		return fmt.Errorf("alarm %s: %w", spec.Name, err)
	}
	s.keepData(spec)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	alarm, ok := s.alarms[spec.Name]
	if !ok {
		alarm = &Alarm{State: InsufficientData, Reason: "Unchecked: Initial alarm creation", Updated: now,
			ARN: "arn:aws:cloudwatch:" + s.region + ":" + aws.AccountID + ":alarm:" + spec.Name}
		s.alarms[spec.Name] = alarm
	}
	alarm.MetricAlarm, alarm.Configured = spec, now
	return nil
}

// Remove forgets alarms. A name that none has is no error.
func (s *Alarms) Remove(names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		delete(s.alarms, name)
	}
}

// Describe returns the alarms of these names that there are, or all without one, in the
// order of their names.
func (s *Alarms) Describe(names ...string) []Alarm {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Alarm
	for _, name := range slices.Sorted(maps.Keys(s.alarms)) {
		if len(names) == 0 || slices.Contains(names, name) {
			alarm := *s.alarms[name]
			alarm.History = slices.Clone(alarm.History)
			found = append(found, alarm)
		}
	}
	return found
}

// State returns an alarm's state, and whether there is one of that name.
func (s *Alarms) State(name string) (State, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alarm, ok := s.alarms[name]
	if !ok {
		return "", false
	}
	return alarm.State, true
}

// Alarmed returns the first of the named alarms that is in the ALARM state, if one is. A
// name that no alarm has is none that is.
func (s *Alarms) Alarmed(names []string) (name string, alarmed bool) {
	for _, name := range names {
		if state, _ := s.State(name); state == InAlarm {
			return name, true
		}
	}
	return "", false
}

// SetState puts an alarm into a state, as set-alarm-state does, until it is evaluated next.
func (s *Alarms) SetState(name string, state State, reason string) error {
	if !slices.Contains([]State{OK, InAlarm, InsufficientData}, state) {
		return aws.Error{Code: "ValidationError", Message: fmt.Sprintf("%q is no state of an alarm", state)}
	}
	if _, ok := s.State(name); !ok {
		return aws.Error{Code: "ResourceNotFound", Message: fmt.Sprintf("there is no alarm %q", name)}
	}
	s.change(name, state, reason)
	return nil
}

// OnChange registers a function that is told of every change of an alarm's state. It must
// not wait.
func (s *Alarms) OnChange(changed func(Change)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, changed)
}

// change brings an alarm into a state, and tells everybody if it was in another one.
func (s *Alarms) change(name string, to State, reason string) {
	c, listeners := s.enter(name, to, reason)
	if c.From == c.To {
		return
	}
	s.events.Add(aws.AlarmChanged, name, "", fmt.Sprintf("%s -> %s: %s", c.From, c.To, c.Reason))
	for _, changed := range listeners {
		changed(c)
	}
}

func (s *Alarms) enter(name string, to State, reason string) (Change, []func(Change)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	alarm, ok := s.alarms[name]
	if !ok || alarm.State == to {
		return Change{}, nil
	}
	c := Change{Alarm: name, From: alarm.State, To: to, Reason: reason, Time: time.Now()}
	alarm.State, alarm.Reason, alarm.Updated = to, reason, c.Time
	alarm.History = append(alarm.History, c)
	alarm.History = alarm.History[max(0, len(alarm.History)-keptChanges):]
	return c, s.listeners
}
