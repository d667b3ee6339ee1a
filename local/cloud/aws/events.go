package aws

import (
	"sync"
	"time"
)

// EventKind says what happened: one of the constants beside it, which `make events` and
// its readers go by.
type EventKind string

// What happens in a local cloud.
const (
	InstanceLaunched   EventKind = "instance launched"
	InstanceInService  EventKind = "instance in service"
	InstanceTerminated EventKind = "instance terminated"
	LaunchFailed       EventKind = "launch failed"
	RefreshChanged     EventKind = "instance refresh"
	TargetHealth       EventKind = "target health"
	NodeLost           EventKind = "node lost"
	NodeStarted        EventKind = "node started"
	FailedOver         EventKind = "failed over"
	ConnectionRefused  EventKind = "connection refused"
	AlarmChanged       EventKind = "alarm"
	SizeChanged        EventKind = "size changed"
	InstanceLost       EventKind = "instance lost"
)

// Event is something that happened in a local cloud.
type Event struct {
	Number  int64     `json:"number"` // 1 is the first of a cloud
	Time    time.Time `json:"time"`
	Kind    EventKind `json:"kind"`
	Subject string    `json:"subject"`        // what it happened to: an instance's id, a database's identifier
	Zone    string    `json:"zone,omitempty"` // where, if it is in one
	Detail  string    `json:"detail,omitempty"`
}

// keptEvents is how many of the last events are kept.
const keptEvents = 10_000

// Events is the story of one local cloud. The zero value is one in which nothing has
// happened.
type Events struct {
	mu   sync.Mutex
	last int64
	kept []Event
}

// Add tells what happened now.
func (s *Events) Add(kind EventKind, subject, zone, detail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.kept = append(s.kept, Event{s.last, time.Now(), kind, subject, zone, detail})
	if len(s.kept) > 2*keptEvents {
		s.kept = append([]Event(nil), s.kept[keptEvents:]...)
	}
}

// After returns the events with a higher number, the oldest first; the oldest of a long
// story are forgotten.
func (s *Events) After(number int64) []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.kept {
		if s.kept[i].Number > number {
			return append([]Event(nil), s.kept[i:]...)
		}
	}
	return nil
}
