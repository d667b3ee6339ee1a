package main

import (
	"context"
	"os"

	"myclothes/infra"
	"myclothes/infra/guards"
	"myclothes/local/engine"
	"myclothes/local/provider"
)

// declared returns what the stack declares. The engine evaluates it over providers that
// record, so nothing is started, and nothing fitted to this machine.
func (r request) declared(ctx context.Context) (guards.Graph, error) {
	settings, err := engine.LoadSettings(r.root, r.stack, r.config)
	if err != nil {
		return nil, err
	}
	if settings.Throwaway, err = os.MkdirTemp("", "myclothes-declared-*"); err != nil {
		return nil, err
	}
	defer os.RemoveAll(settings.Throwaway)
	providers, err := provider.Record(settings.Region, "declared")
	if err != nil {
		return nil, err
	}
	defer providers.Close()
	e, err := engine.Open(ctx, settings, infra.Deploy, providers.Ports, os.Stderr)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	if err := e.Record(ctx); err != nil {
		return nil, err
	}
	state, err := settings.Resources()
	if err != nil {
		return nil, err
	}
	var resources []*guards.Resource
	for _, values := range state {
		resources = append(resources, guards.New(values))
	}
	return guards.NewGraph(resources...), nil
}
