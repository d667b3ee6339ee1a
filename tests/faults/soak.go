package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"syscall"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/control"
	"myclothes/tests/shoppers"
)

// soak has people shop for a long time while one random process after the other is killed, whatever it is, and watches
// what the local cloud itself uses meanwhile. What was acknowledged must be there at the end, and the use must not grow.
func (s *stack) soak(ctx context.Context, o options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var uses []use
	over, struck := make(chan struct{}), make(chan error, 1)
	begun := func() {
		go func() {
			defer close(over)
			var err error
			uses, err = s.killAtRandom(ctx, o)
			struck <- err
		}()
	}
	report, err := shoppers.Run(ctx, shoppers.Options{
		URL: s.url, Shoppers: o.shoppers, Customers: o.customers, Pause: 100 * time.Millisecond,
		Duration: o.soak + wholeLimit, Until: over, Begun: begun,
	})
	if err == nil {
		err = <-struck
	}
	fmt.Printf("\n%s\npromise    %s\n", report, requests.judge(report))
	if verdict := requests.judge(report); verdict != kept {
		err = errors.Join(err, errors.New(verdict))
	}
	return errors.Join(err, growing(uses))
}

// killAtRandom kills a process every now and then, when the stack is whole, until the time is up. It returns what the
// local cloud used before each.
func (s *stack) killAtRandom(ctx context.Context, o options) (uses []use, err error) {
	fmt.Println("| after | killed | memory | descriptors | threads | goroutines | processes |\n|---|---|---|---|---|---|---|")
	for started := time.Now(); time.Since(started) < o.soak; {
		next := time.After(o.every)
		if err := s.awaitWhole(ctx); err != nil {
			return uses, err
		}
		report, err := s.cloud.Report(ctx)
		if err != nil {
			return uses, err
		}
		victim := randomProcess(report)
		used, err := s.use(report)
		if err != nil {
			return uses, err
		}
		uses = append(uses, used)
		fmt.Printf("| %v | %s | %d MiB | %d | %d | %d | %d |\n", time.Since(started).Round(time.Second), victim.Kind,
			used.memory>>20, used.descriptors, used.threads, used.goroutines, used.processes)
		if err := syscall.Kill(victim.PID, syscall.SIGKILL); err != nil {
			return uses, fmt.Errorf("kill %s %s: %w", victim.Kind, victim.ID, err)
		}
		if err := awaitEnd(ctx, []int{victim.PID}); err != nil {
			return uses, err
		}
		select {
		case <-ctx.Done():
			return uses, ctx.Err()
		case <-next:
		}
	}
	return uses, s.awaitWhole(ctx)
}

// randomProcess picks one of the parts of the stack that are processes of their own.
func randomProcess(r control.Report) aws.Component {
	var processes []aws.Component
	for _, c := range r.Components {
		if c.PID != 0 {
			processes = append(processes, c)
		}
	}
	return processes[rand.N(len(processes))]
}

// use is what the local cloud's own process uses, and how many others there are.
type use struct {
	memory                                      int64 // bytes, resident
	descriptors, threads, goroutines, processes int
}

func (s *stack) use(r control.Report) (use, error) {
	of := fmt.Sprintf("/proc/%d", s.cloud.PID)
	descriptors, err := os.ReadDir(of + "/fd")
	if err != nil {
		return use{}, err
	}
	threads, err := os.ReadDir(of + "/task")
	if err != nil {
		return use{}, err
	}
	var total, resident int64
	text, err := os.ReadFile(of + "/statm")
	if err == nil {
		_, err = fmt.Sscan(string(text), &total, &resident)
	}
	u := use{memory: resident * int64(os.Getpagesize()), descriptors: len(descriptors), threads: len(threads), goroutines: r.Goroutines}
	for _, c := range r.Components {
		if c.PID != 0 {
			u.processes++
		}
	}
	return u, err
}

// growing is an error when the cloud used a tenth more in all of the last quarter than it ever did in the second: what it
// needs at all, it has taken by then.
func growing(uses []use) error {
	quarter := len(uses) / 4
	if quarter == 0 {
		return nil
	}
	var problems []error
	for name, of := range map[string]func(use) int64{
		"memory":      func(u use) int64 { return u.memory },
		"descriptors": func(u use) int64 { return int64(u.descriptors) },
		"threads":     func(u use) int64 { return int64(u.threads) },
		"goroutines":  func(u use) int64 { return int64(u.goroutines) },
	} {
		most, least := of(uses[quarter]), of(uses[len(uses)-1])
		for _, u := range uses[quarter : 2*quarter] {
			most = max(most, of(u))
		}
		for _, u := range uses[len(uses)-quarter:] {
			least = min(least, of(u))
		}
		if least > most+most/10 {
			problems = append(problems, fmt.Errorf("%s grow: at most %d in the second quarter of the time, at least %d in the last", name, most, least))
		}
	}
	return errors.Join(problems...)
}
