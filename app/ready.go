package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"myclothes/app/postgres"
	"myclothes/app/server"
	"myclothes/app/shop"
)

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 5 * time.Second
)

// preparation makes a new instance ready: it migrates the database and rehearses the release, until both have
// succeeded, and only then do visitors come.
type preparation struct {
	db       *postgres.DB
	service  server.Config
	patience time.Duration // how long an instance waits for a store that is away before it serves without
	log      *slog.Logger
}

// run tries until the instance is ready or ctx ends. While a store is away, an instance becomes healthy after a bounded
// time all the same: one that starts meanwhile must not be replaced by others that would wait as well. A release that
// does not work, or cannot migrate the database, never becomes healthy.
func (p preparation) run(ctx context.Context) {
	health, giveUp := p.service.Health, time.Now().Add(p.patience)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := p.try(ctx)
		if err == nil {
			health.Open()
			p.log.Info("ready")
			return
		}
		if ctx.Err() != nil {
			return
		}
		health.WaitFor(waitingFor(err))
		p.log.Warn("not ready yet", "error", err, "retryIn", pause.String())
		if left := time.Until(giveUp); left > 0 {
			pause = min(pause, left)
		} else if errors.Is(err, shop.ErrUnavailable) && !health.Opened() {
			health.Open()
			p.log.Warn("serving although a store is away", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// try migrates the database, has the service carry out what visitors do, and reaches the writer.
func (p preparation) try(ctx context.Context) error {
	if err := p.db.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := server.Rehearse(ctx, p.service); err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	return p.db.Ping(ctx)
}

// waitingFor is what the load balancer is told; the log has the rest.
func waitingFor(err error) string {
	switch {
	case errors.Is(err, server.ErrFaulty):
		return "a release that works"
	case errors.Is(err, shop.ErrUnavailable):
		return "a store that is away"
	}
	return "the database to be migrated"
}
