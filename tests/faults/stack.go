package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"myclothes/local/control"
)

// stack is the one that runs in this folder.
type stack struct {
	root   string
	url    string
	cloud  *control.Cloud
	config []string       // that it was brought up with
	whole  map[string]int // how many of each kind are there when all are well
}

// wholeLimit bounds how long a stack may take to be whole again.
const wholeLimit = 3 * time.Minute

func findStack(ctx context.Context, config []string) (*stack, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	c, err := control.Find(ctx, root)
	if err != nil {
		return nil, fmt.Errorf("%w in %s: make up starts it", err, root)
	}
	s := &stack{root: root, cloud: c, config: config, url: fmt.Sprintf("http://127.0.0.1:%d", c.Options().Port)}
	return s, s.awaitWhole(ctx)
}

// processes returns those of a kind that are well, at least one; of instances only the first.
func (s *stack) processes(ctx context.Context, kind string) (pids []int, err error) {
	report, err := s.cloud.Report(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range report.Components {
		if c.Kind == kind && c.Healthy && c.PID != 0 && (kind != instance || pids == nil) {
			pids = append(pids, c.PID)
		}
	}
	if pids == nil {
		return nil, fmt.Errorf("no %s runs here", kind)
	}
	return pids, nil
}

func send(pids []int, s syscall.Signal) error {
	var problems []error
	for _, pid := range pids {
		problems = append(problems, syscall.Kill(pid, s))
	}
	return errors.Join(problems...)
}

// awaitEnd waits until the processes are gone, so that nobody takes the stack for whole because they still seem to run.
func awaitEnd(ctx context.Context, pids []int) error {
	for _, pid := range pids {
		for alive(pid) {
			if err := pause(ctx, time.Millisecond); err != nil {
				return err
			}
		}
	}
	return nil
}

func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// awaitWhole waits until everything is well, nothing is being replaced, and as much is there as at first.
func (s *stack) awaitWhole(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, wholeLimit)
	defer cancel()
	for {
		report, err := s.cloud.Report(ctx)
		if err != nil {
			return err
		}
		missing := s.missing(report)
		if missing == "" {
			return nil
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return fmt.Errorf("the stack is not whole (%s): %w", missing, err)
		}
	}
}

// missing says what keeps the stack from being whole; empty if nothing does.
func (s *stack) missing(r control.Report) string {
	for _, refresh := range r.Refreshes {
		if refresh.Running() {
			return refresh.String()
		}
	}
	there := map[string]int{}
	for _, c := range r.Components {
		if !c.Healthy || c.PID != 0 && !alive(c.PID) {
			return c.Kind + " " + c.ID + " is " + c.State
		}
		if c.Kind != instance { // how many there are, their group says
			there[c.Kind]++
		}
	}
	if s.whole == nil {
		s.whole = there
	}
	for kind, wanted := range s.whole {
		if there[kind] < wanted {
			return fmt.Sprintf("%d of %d: %s", there[kind], wanted, kind)
		}
	}
	return ""
}
