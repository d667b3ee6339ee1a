package main

import (
	"context"
	"os"

	"myclothes/infra"
	"myclothes/infra/drawing"
	"myclothes/infra/guards"
	"myclothes/local/engine"
	"myclothes/local/provider"
)

// diagram prints the architecture that the stack declares, as SVG. The engine evaluates
// it over providers that record, so nothing is started, and nothing fitted to this machine.
func diagram(ctx context.Context, r request) error {
	settings, err := engine.LoadSettings(r.root, r.stack, r.config)
	if err != nil {
		return err
	}
	if settings.Throwaway, err = os.MkdirTemp("", "myclothes-diagram-*"); err != nil {
		return err
	}
	defer os.RemoveAll(settings.Throwaway)
	providers, err := provider.Record(settings.Region, "diagram")
	if err != nil {
		return err
	}
	defer providers.Close()
	e, err := engine.Open(ctx, settings, infra.Deploy, providers.Ports, os.Stderr)
	if err != nil {
		return err
	}
	defer e.Close()
	if err := e.Record(ctx); err != nil {
		return err
	}
	state, err := settings.Resources()
	if err != nil {
		return err
	}
	var resources []*guards.Resource
	for _, values := range state {
		resources = append(resources, guards.New(values))
	}
	_, err = r.out.Write(drawing.Draw(drawing.Title(r.stack, r.config), guards.NewGraph(resources...)))
	return err
}
