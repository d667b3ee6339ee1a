// Command faults rehearses what goes wrong, one fault at a time, against the stack that runs on this machine (make up),
// while people shop in it. For each it prints a row of a Markdown table: what the shoppers saw, whether that is what is
// promised, and the command that does it again. With -soak it kills random processes for a long time instead, and shows
// what the local cloud uses meanwhile. Exit status 1: a promise was broken, a fault could not be rehearsed, or the cloud
// uses more and more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"myclothes/tests/shoppers"
)

// options are the command's flags.
type options struct {
	only      string
	shoppers  int
	customers int
	calm      time.Duration
	config    settings
	soak      time.Duration
	every     time.Duration
}

// settings are the values of a flag that may be repeated.
type settings []string

func (s *settings) String() string { return strings.Join(*s, " ") }

func (s *settings) Set(value string) error {
	*s = append(*s, value)
	return nil
}

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "names of faults, separated by semicolons; none: all")
	flag.IntVar(&o.shoppers, "shoppers", 200, "how many shop meanwhile")
	flag.IntVar(&o.customers, "customers", 100, "how many of them have an account, and order")
	flag.DurationVar(&o.calm, "calm", 4*time.Second, "how long they shop before the fault, and after the stack is whole again")
	flag.DurationVar(&o.soak, "soak", 0, "instead of the faults, kill random processes for so long")
	flag.DurationVar(&o.every, "every", 15*time.Second, "with -soak, how often")
	flag.Var(&o.config, "config", "a setting as key=value that the stack was brought up with; may be repeated")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	chosen, err := choose(o.only)
	if err != nil {
		return err
	}
	s, err := findStack(ctx, o.config)
	if err != nil {
		return err
	}
	if o.soak > 0 {
		return s.soak(ctx, o)
	}
	fmt.Print(tableHead)
	broken := 0
	for _, f := range chosen {
		report, err := s.rehearse(ctx, f, o)
		verdict := f.promise.judge(report)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", f.name, err)
			verdict = "not rehearsed"
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if verdict != kept {
			broken++
		}
		fmt.Print(row(f, o, report, verdict))
		for _, problem := range report.Problems(3) {
			fmt.Fprintln(os.Stderr, "  "+problem)
		}
	}
	if broken > 0 {
		return fmt.Errorf("%d of %d faults cost more than is promised, or were not rehearsed", broken, len(chosen))
	}
	return nil
}

// choose returns the named faults; without names, all that any stack can rehearse.
func choose(names string) (chosen []fault, err error) {
	for _, f := range faults {
		if names == "" && !f.onRequest {
			chosen = append(chosen, f)
		}
	}
	for name := range strings.SplitSeq(names, ";") {
		i := slices.IndexFunc(faults, func(f fault) bool { return f.name == strings.TrimSpace(name) })
		switch {
		case names == "":
		case i < 0:
			return nil, fmt.Errorf("there is no fault %q; there are:\n  %s", name, strings.Join(allNames(), "\n  "))
		default:
			chosen = append(chosen, faults[i])
		}
	}
	return chosen, nil
}

func allNames() (names []string) {
	for _, f := range faults {
		names = append(names, f.name)
	}
	return names
}

// rehearse gives the stack what the fault needs, has people shop through it, and puts the stack right again.
func (s *stack) rehearse(ctx context.Context, f fault, o options) (report shoppers.Report, err error) {
	if err := s.awaitWhole(ctx); err != nil {
		return report, err
	}
	if f.releases {
		defer func() { err = errors.Join(err, s.up(context.WithoutCancel(ctx), s.root)) }()
	}
	if len(f.settings) > 0 {
		if err := s.up(ctx, s.root, f.settings...); err != nil {
			return report, err
		}
	}
	return s.shopThrough(ctx, f, o)
}

// shopThrough carries out the fault among people who shop, and lets them go on until the stack is whole again and a
// while longer: what a fault leaves behind may show late.
func (s *stack) shopThrough(ctx context.Context, f fault, o options) (report shoppers.Report, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over, struck := make(chan struct{}), make(chan error, 1)
	begun := func() {
		go func() {
			defer close(over)
			struck <- s.strikeAmong(ctx, f, o.calm)
		}()
	}
	report, err = shoppers.Run(ctx, shoppers.Options{
		URL: s.url, Authority: s.cloud.Authority, Shoppers: o.shoppers, Customers: o.customers, Duration: longest, Until: over, Begun: begun,
	})
	if err == nil {
		cancel() // the shoppers may have given up first
		err = <-struck
	}
	return report, err
}

// longest is how long a rehearsal may take.
const longest = 10 * time.Minute

func (s *stack) strikeAmong(ctx context.Context, f fault, calm time.Duration) error {
	if err := pause(ctx, calm); err != nil {
		return err
	}
	if err := f.strike(ctx, s); err != nil {
		return err
	}
	if err := s.awaitWhole(ctx); err != nil {
		return err
	}
	return pause(ctx, calm)
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
