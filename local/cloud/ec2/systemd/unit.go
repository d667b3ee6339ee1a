// Package systemd keeps the service of an instance running as systemd does on a machine.
package systemd

import (
	"context"
	"slices"
	"sync"
	"syscall"
	"time"

	"myclothes/local/cloud/host"
)

// Unit is the service of an instance as its user data declares it to systemd
// (systemd.service(5) and systemd.unit(5)).
type Unit struct {
	host.Command
	Restart Restart
	// After is how long after its end the service is started again: RestartSec=.
	After time.Duration
	// A service that was started Burst times within Interval is not started again:
	// StartLimitBurst= and StartLimitIntervalSec=. Without an interval there is no limit.
	Burst    int
	Interval time.Duration
}

// Restart says after what end a service is started again: systemd's Restart=.
type Restart string

// The kinds of Restart that are known here. The zero value is RestartNo.
const (
	RestartNo        Restart = "no"
	RestartOnFailure Restart = "on-failure" // an exit status that is not 0, or a signal
	RestartAlways    Restart = "always"
)

// startsAgain says whether a service that ended is started again; recent are its starts
// within the interval.
func (u Unit) startsAgain(failed bool, recent int) bool {
	if u.Interval > 0 && recent >= u.Burst {
		return false
	}
	return u.Restart == RestartAlways || u.Restart == RestartOnFailure && failed
}

// Service keeps a unit's process running, as systemd does.
type Service struct {
	unit      Unit
	processes *host.Processes
	cancel    context.CancelFunc // ends keep
	kept      sync.WaitGroup

	mu      sync.Mutex
	process *host.Process // the one that was started last
	ended   *host.Process // the one that ended last, or nil
	ends    int
	starts  []time.Time // within the unit's interval
	changed func()      // is told of every end and every start
}

// Start starts a unit and keeps it.
func Start(processes *host.Processes, unit Unit) (*Service, error) {
	s := &Service{unit: unit, processes: processes, changed: func() {}}
	if err := s.start(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	s.kept.Go(func() { s.keep(ctx) })
	return s, nil
}

func (s *Service) start() error {
	process, err := s.processes.Start(s.unit.Command)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process = process
	s.starts = append(s.starts, time.Now())
	return nil
}

// keep starts the service again whenever it has ended, if its unit says so, until ctx
// ends.
func (s *Service) keep(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.Last().Done:
		}
		again := s.noteEnd()
		s.Tell()
		if !again {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.unit.After):
		}
		if s.start() != nil {
			return // the cloud is closed, or the program is gone
		}
		s.Tell()
	}
}

// noteEnd counts an end, and says whether the service is started again.
func (s *Service) noteEnd() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = s.process
	s.ends++
	s.starts = slices.DeleteFunc(s.starts, func(at time.Time) bool { return time.Since(at) >= s.unit.Interval })
	return s.unit.startsAgain(s.ended.Err() != nil, len(s.starts))
}

// Last is the process that was started last.
func (s *Service) Last() *host.Process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process
}

// Tell tells who watches that something has changed.
func (s *Service) Tell() {
	s.mu.Lock()
	changed := s.changed
	s.mu.Unlock()
	changed()
}

// Stop ends the service for good, within the time that ctx leaves.
func (s *Service) Stop(ctx context.Context) {
	s.cancel()
	s.kept.Wait()
	if process := s.Last(); process.Running() {
		process.Stop(ctx, syscall.SIGTERM)
	}
}

// Freeze makes the service hang, as on a machine that is lost: its connections stay open
// and silent.
func (s *Service) Freeze() {
	s.cancel()
	s.kept.Wait()
	s.Last().Freeze() // one that has ended is as silent
}

// Kill ends a service that hangs.
func (s *Service) Kill() {
	s.cancel()
	s.kept.Wait()
	if process := s.Last(); process.Running() {
		process.Kill()
	}
}

// Failure describes why an instance with this service did not come up. Without a cause it
// is that the service ended.
func (s *Service) Failure(what string, cause error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cause == nil && s.ended != nil {
		return s.ended.Failure(what, nil)
	}
	return s.process.Failure(what, cause)
}

// Watch has a function told of every end and every start.
func (s *Service) Watch(changed func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = changed
}

// Ends is how often the service has ended.
func (s *Service) Ends() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ends
}

// Log is the path of the service's log.
func (s *Service) Log() string { return s.unit.Log }
