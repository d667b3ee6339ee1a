package main

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"myclothes/app/server"
	"myclothes/app/server/rehearsal"
	"myclothes/app/shop"
)

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 2 * time.Second
)

// preparation is what an instance does before it has visitors: it brings the schema up to its release, and rehearses a
// visit. It is healthy after that.
type preparation struct {
	migrate  func(ctx context.Context) error
	rehearse func(ctx context.Context) error
	patience time.Duration // after which a store that is away does not keep it from being healthy
	health   *server.Health
	log      *slog.Logger

	migrated bool
}

// run prepares the instance, trying until it succeeds or ctx ends. After its patience, an instance whose store is away
// is healthy as the others of its fleet are, which have lost that store too. A release that answers wrongly, or cannot
// migrate a database that is there, never is.
func (p *preparation) run(ctx context.Context) {
	impatient := time.Now().Add(p.patience)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := p.attempt(ctx)
		switch {
		case err == nil:
			p.health.Open()
			debug.FreeOSMemory() // to hash a password takes tens of MiB, which the rehearsal needs no more
			return
		case ctx.Err() != nil:
			return
		case errors.Is(err, rehearsal.ErrFaulty):
			p.health.WaitFor("a release that works")
			p.log.Error("the instance stays out of service", "error", err)
			return
		}
		p.log.Warn("the instance is not prepared yet", "error", err)
		if errors.Is(err, shop.ErrUnavailable) && time.Now().After(impatient) && !p.health.Opened() {
			p.health.Open()
			p.log.Warn("the instance is healthy while a store is away", "after", p.patience.String())
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(untilNext(pause, impatient)):
		}
	}
}

// untilNext is the pause before the next attempt, which is not put off to long after the instance has lost its
// patience: platforms replace an instance that takes too long.
func untilNext(pause time.Duration, impatient time.Time) time.Duration {
	if left := time.Until(impatient); left > 0 {
		return min(pause, left)
	}
	return pause
}

// attempt does what is still to be done. Who has visitors already need not rehearse.
func (p *preparation) attempt(ctx context.Context) error {
	if !p.migrated {
		p.health.WaitFor("the schema of the database")
		if err := p.migrate(ctx); err != nil {
			return err
		}
		p.migrated = true
		p.log.Info("database schema is up to date")
	}
	if p.health.Opened() {
		return nil
	}
	p.health.WaitFor("a rehearsal of what visitors do")
	return p.rehearse(ctx)
}
