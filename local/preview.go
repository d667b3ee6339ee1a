package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"myclothes/infra"
	"myclothes/local/console"
	"myclothes/local/engine"
	"myclothes/local/provider"
)

// shown says how a preview shows what it found.
type shown struct {
	write func(*engine.Plan, io.Writer) error
	json  bool // the document alone is the output
}

// flags are those that only a preview has.
func (s *shown) flags(flags *flag.FlagSet) {
	s.write = (*engine.Plan).WriteText
	flags.Func("format", "text, or json", func(format string) error {
		switch format {
		case "text":
		case "json":
			s.write, s.json = (*engine.Plan).WriteJSON, true
		default:
			return errors.New("text or json")
		}
		return nil
	})
}

// outcome is what came of a command, as its exit status tells it.
type outcome int

// The exit statuses.
const (
	unchanged outcome = 0 // nothing would change; of other commands: all is well
	failed    outcome = 1 // it is not known what would change
	changed   outcome = 2 // something would
	lost      outcome = 3 // a resource that holds data would be replaced or deleted
)

func (o outcome) Error() string { return fmt.Sprintf("exit status %d", int(o)) }

// outcomeOf returns what came of a command that ended with an error, or with none.
func outcomeOf(err error) outcome {
	told := failed
	switch {
	case err == nil:
		return unchanged
	case errors.As(err, &told):
		return told
	}
	return failed
}

// outcomeOfPlan is an error for a plan that changes something.
func outcomeOfPlan(plan *engine.Plan) error {
	switch {
	case plan.Loses():
		return lost
	case !plan.Empty():
		return changed
	}
	return nil
}

// preview prints what up would change. The
// outcome says how much it is.
func preview(ctx context.Context, r request) error {
	result := r.out
	if r.json {
		r.out = os.Stderr
	}
	plan, err := r.plan(ctx)
	if err != nil {
		return err
	}
	if err := r.write(plan, result); err != nil {
		return err
	}
	return outcomeOfPlan(plan)
}

// plan finds out what would change.
func (r request) plan(ctx context.Context) (*engine.Plan, error) {
	if _, err := console.Find(ctx, r.root); errors.Is(err, console.ErrNotRunning) {
		return r.planAnew(ctx)
	}
	settings, c, _, err := r.start(ctx) // which finds it running
	if err != nil {
		return nil, err
	}
	e, err := engine.Open(ctx, settings, infra.Deploy, c.Providers(), r.out)
	if err != nil {
		return nil, err
	}
	return e.Preview(ctx, false, provider.Held)
}

// planAnew finds out what would be made where no local cloud runs: all of the stack but
// what lives in the engine's state alone. Providers that record can say that, so none
// is started.
func (r request) planAnew(ctx context.Context) (*engine.Plan, error) {
	settings, err := engine.LoadSettings(r.root, r.stack, r.config, false)
	if err != nil {
		return nil, err
	}
	r.tellOverrides(settings)
	providers, err := provider.Record(settings.Region, "next")
	if err != nil {
		return nil, err
	}
	defer providers.Close()
	e, err := engine.Open(ctx, settings, infra.Deploy, providers.Ports, r.out)
	if err != nil {
		return nil, err
	}
	return e.Preview(ctx, engine.HasState(r.root, r.stack), provider.Held)
}
