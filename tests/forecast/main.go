// Command forecast proves forecasts by carrying them out: every change of a table is previewed, then applied to a stack
// that runs on this machine, in a copy of the project, while people shop in it, and what was forecast is compared with
// what came of it. What was measured is kept, so that another forecast can be compared with it: -again. Exit status 1:
// a forecast said no and it happened, its seconds were more than twice off, or a change could not be carried out and
// the forecast did not say so.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"time"

	"myclothes/local/cloud/aws"
)

// options are the command's flags.
type options struct {
	only   string
	sample bool
	port   int
	scale  float64
	calm   time.Duration
	again  bool
}

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "names of changes, separated by semicolons; none: all")
	flag.BoolVar(&o.sample, "sample", false, "only the few changes that show every answer")
	flag.IntVar(&o.port, "port", 18600, "where the shop is; 6 above it are the operators, and 10 above it HTTPS")
	flag.Float64Var(&o.scale, "scale", aws.DefaultScale, "how long a second of AWS takes, in seconds")
	flag.DurationVar(&o.calm, "calm", 3*time.Second, "how long people shop before a change, and after it")
	flag.BoolVar(&o.again, "again", false, "do not carry out again what was carried out before, and is in "+recordFile)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "forecast:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	chosen, err := choose(o)
	if err != nil {
		return err
	}
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	s, err := newStage(ctx, root, o.port, o.scale)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if s.record, err = openRecord(root, o.again); err != nil {
		return err
	}
	fmt.Print(tableHead)
	wrong := 0
	for _, r := range s.record.arrange(chosen) {
		line, right := s.prove(ctx, r, o.calm)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		fmt.Print(line)
		if !right {
			wrong++
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d changes did what nobody had forecast, or were not carried out", wrong, len(chosen))
	}
	return nil
}

// choose returns the named rows; without names all, or the sample.
func choose(o options) (chosen []row, err error) {
	for _, r := range rows {
		if o.only == "" && (r.sample || !o.sample) {
			chosen = append(chosen, r)
		}
	}
	for name := range strings.SplitSeq(o.only, ";") {
		if o.only == "" {
			break
		}
		i := slices.IndexFunc(rows, func(r row) bool { return r.name == strings.TrimSpace(name) })
		if i < 0 {
			var names []string
			for _, r := range rows {
				names = append(names, r.name)
			}
			return nil, fmt.Errorf("there is no change %q; there are:\n  %s", name, strings.Join(names, "\n  "))
		}
		chosen = append(chosen, rows[i])
	}
	return chosen, nil
}

const tableHead = "In each cell: what was forecast, what was measured (seconds are AWS's), and how they compare.\n\n" +
	"| change | data lost | interrupted | carts lost | who reaches what | fleet rolls | cost a month | took |\n|---|---|---|---|---|---|---|---|\n"

// prove forecasts a change, carries it out, and says in a line of the table how that compares, and whether it is right.
func (s *stage) prove(ctx context.Context, r row, calm time.Duration) (line string, right bool) {
	started := time.Now()
	f, m, err := s.carryOut(ctx, r, calm)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", r.name, err)
		return fmt.Sprintf("| %s | **not carried out** ||||||%.0f s |\n", r.name, time.Since(started).Seconds()), false
	}
	right = m.Refused == "" || len(f.Refused) > 0
	name := r.name
	switch {
	case r.unable != "":
		name += " (not carried out: " + r.unable + ")"
	case m.Refused != "":
		name += fmt.Sprintf(" (refused; forecast: %s)", words(f.Refused))
		fmt.Fprintf(os.Stderr, "%s: %s\n", r.name, m.Refused)
	case len(f.Refused) > 0:
		name += fmt.Sprintf(" (not refused here; forecast: %s)", words(f.Refused))
	}
	var cells []string
	for _, c := range judgeAll(r, f, m, s.scale) {
		right = right && !c.wrong()
		cells = append(cells, c.String())
	}
	for _, failure := range m.Failures {
		fmt.Fprintf(os.Stderr, "%s: %s\n", r.name, failure)
	}
	return fmt.Sprintf("| %s | %s | %.0f s |\n", name, strings.Join(cells, " | "), time.Since(started).Seconds()), right
}

// carryOut forecasts a change, and applies it while people shop, unless it is only to be forecast again.
func (s *stage) carryOut(ctx context.Context, r row, calm time.Duration) (f forecasted, m measured, err error) {
	if err := s.be(ctx, r.before); err != nil {
		return f, m, err
	}
	known, ok := s.record.known(r)
	if r.unable != "" {
		known, ok = measured{}, true
	}
	if ok {
		f, err = s.preview(ctx, r.after)
		return f, known, err
	}
	c, err := s.cloud(ctx)
	if err != nil {
		return f, m, err
	}
	before, err := s.snapshot(ctx, c)
	if err != nil {
		return f, m, err
	}
	if f, err = s.preview(ctx, r.after); err != nil {
		return f, m, err
	}
	url := c.Options().Served("http://127.0.0.1")
	people, refused, err := among(ctx, c, url, calm, r.late, func(ctx context.Context) error { return s.up(ctx, r.after) })
	if err != nil {
		return f, m, err
	}
	after, err := s.snapshot(ctx, c)
	if err != nil {
		return f, m, err
	}
	m = compare(before, after, people)
	if exited := (*exec.ExitError)(nil); errors.As(refused, &exited) {
		m.Refused = refused.Error()
	} else if refused != nil {
		return f, m, refused
	}
	return f, m, s.record.keep(r, m)
}
