package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"myclothes/infra"
	"myclothes/local/control"
	"myclothes/local/engine"
	"myclothes/local/forecast"
	"myclothes/local/preview"
	"myclothes/local/provider"
)

// compared says what a preview compares, and how it shows that.
type compared struct {
	write func(*forecast.Forecast, io.Writer) error
	alone bool // the document alone is the output
	base  preview.Base
	// baseConfig are the settings of the base, over those of its commit.
	baseConfig settings
}

// format is the flag that says how to show it.
func (c *compared) format(flags *flag.FlagSet) {
	c.write = (*forecast.Forecast).WriteText
	flags.Func("format", "text, markdown, or json", func(format string) error {
		switch format {
		case "text":
		case "json":
			c.write, c.alone = (*forecast.Forecast).WriteJSON, true
		case "markdown":
			c.write, c.alone = (*forecast.Forecast).WriteMarkdown, true
		default:
			return errors.New("text, markdown or json")
		}
		return nil
	})
}

// flags are those that only a preview has.
func (c *compared) flags(flags *flag.FlagSet) {
	c.format(flags)
	flags.StringVar(&c.base.Revision, "base", "", "compare with what this commit declares, not with what runs; needs no running stack and starts nothing")
	flags.StringVar(&c.base.Settings, "base-stack", "", "the stack whose settings the base has, if not those of -stack")
	flags.Var(&c.baseConfig, "base-config", "a setting of the base as key=value; may be repeated")
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

// showPreview prints what up would change, or with a base what differs from that. The
// outcome says how much it is.
func showPreview(ctx context.Context, r request) error {
	result := r.out
	if r.alone {
		r.out = os.Stderr
	}
	account, err := r.account(ctx)
	if err != nil {
		return err
	}
	outcome := r.tellForecast(account, result)
	if outcomeOf(outcome) == failed {
		return outcome
	}
	return errors.Join(r.drawPreview(account, r.out), outcome)
}

// account finds out what would change, and what there is before and after it.
func (r request) account(ctx context.Context) (*engine.Account, error) {
	if r.base.Revision != "" {
		r.base.Root, r.base.Stack, r.base.Config, r.base.Out = r.root, r.stack, r.baseConfig, r.out
		return r.base.Compare(ctx, infra.Deploy, r.config)
	}
	if r.base.Settings != "" || len(r.baseConfig) > 0 {
		return nil, errors.New("the settings of a base are given, and no base")
	}
	if _, err := control.Find(ctx, r.root); errors.Is(err, control.ErrNotRunning) {
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
	defer e.Close()
	plan, err := e.Preview(ctx, false, provider.Held)
	if err != nil {
		return nil, err
	}
	return preview.Around(ctx, plan, settings, infra.Deploy, r.out)
}

// planAnew finds out what would be made where no local cloud runs: all of the stack but
// what lives in the engine's state alone. Providers that record can say that, so none
// is started.
func (r request) planAnew(ctx context.Context) (*engine.Account, error) {
	settings, err := r.settings(false)
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
	defer e.Close()
	plan, err := e.Preview(ctx, engine.HasState(r.root, r.stack), provider.Held)
	if err != nil {
		return nil, err
	}
	account, err := preview.Around(ctx, plan, settings, infra.Deploy, r.out)
	if err == nil {
		account.Before = nil // whatever the state says, nothing of it runs
	}
	return account, err
}
