package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"myclothes/infra/guards"
	"myclothes/local/engine"
	"myclothes/local/forecast"
	"myclothes/local/provider"
)

// tellForecast writes what an engine's account of a preview comes to.
func (c compared) tellForecast(account *engine.Account, out io.Writer) error {
	f := forecast.Of(account.Plan, graphOf(account.Before), graphOf(account.After))
	if err := c.write(f, out); err != nil {
		return err
	}
	return outcomeOfPlan(account.Plan)
}

// graphOf is the graph of resources in the form of a state.
func graphOf(states []map[string]any) guards.Graph {
	var resources []*guards.Resource
	for _, values := range states {
		resources = append(resources, guards.New(values))
	}
	return guards.NewGraph(resources...)
}

// foretold says which account of a preview to read.
type foretold struct{ path string }

func (f *foretold) flags(flags *flag.FlagSet) {
	flags.StringVar(&f.path, "events", "", "the file with what the engine told of a preview: pulumi preview --json --show-sames --show-replacement-steps, or its event log")
}

// showForecast answers the same questions as a preview, from what an engine told of a
// preview anywhere: on AWS above all.
func showForecast(_ context.Context, r request) error {
	if r.foretold.path == "" {
		return errors.New("forecast needs -events FILE")
	}
	file, err := os.Open(r.foretold.path)
	if err != nil {
		return err
	}
	defer file.Close()
	account, err := engine.ReadAccount(file, provider.Held)
	if err != nil {
		return fmt.Errorf("%s: %w", r.foretold.path, err)
	}
	return r.tellForecast(account, r.out)
}
