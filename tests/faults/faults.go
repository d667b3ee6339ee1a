package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// fault is something that goes wrong, or is done to a stack that serves.
type fault struct {
	name      string
	promise   promise
	settings  []string // that the stack must have meanwhile
	releases  bool     // it changes what the stack runs, which is put right afterwards
	onRequest bool     // it needs a stack that is made ready by hand
	strike    func(context.Context, *stack) error
}

// The kinds of processes, as the local cloud names them.
const (
	cachePrimary    = "cache primary"
	cacheReplica    = "cache replica"
	instance        = "cart instance"
	databasePrimary = "database primary"
)

var (
	nothing  = promise{}
	aMoment  = promise{within: 3 * time.Second}
	requests = promise{failures: true}
	carts    = promise{failures: true, losses: true}
)

// faults are all that can be rehearsed. With two faults at once, changes may be lost that only the dead primary had;
// with the whole cache, all carts and sessions in it, but no order. Requests that an instance was answering when it was
// killed, or the database, fail.
var faults = []fault{
	{name: "nothing happens", promise: nothing, strike: func(context.Context, *stack) error { return nil }},
	{name: "kill the cache primary", promise: aMoment, strike: kill(cachePrimary)},
	{name: "freeze the cache primary for 8 s", promise: aMoment, strike: freeze(8*time.Second, cachePrimary)},
	{name: "freeze the cache replica for 2 s", promise: aMoment, strike: freeze(2*time.Second, cacheReplica)},
	{name: "freeze the cache replica, 2 s later kill the primary", promise: promise{losses: true}, strike: freezeReplicaKillPrimary},
	{name: "kill both cache nodes", promise: carts, strike: kill(cachePrimary, cacheReplica)},
	{name: "hang the whole cache for 2 s", promise: aMoment, strike: freeze(2*time.Second, cachePrimary, cacheReplica)},
	{name: "kill an instance", promise: requests, strike: kill(instance)},
	{name: "kill the database primary", promise: requests, strike: kill(databasePrimary)},
	{name: "change the cookie key", promise: nothing, settings: []string{"cartStore=cookie"}, releases: true, strike: changeCookieKey},
	{name: "roll an edit", promise: nothing, releases: true, strike: rollEdit},
	{name: "roll a release that panics in a cart handler", promise: nothing, releases: true, strike: rollPanic},
	{name: "roll to the release of this folder", promise: nothing, onRequest: true, strike: rollThis},
}

// kill ends one process of each kind, at the same moment.
func kill(kinds ...string) func(context.Context, *stack) error {
	return func(ctx context.Context, s *stack) error {
		victims, err := s.processes(ctx, kinds...)
		if err != nil {
			return err
		}
		return errors.Join(send(victims, syscall.SIGKILL), awaitEnd(ctx, victims))
	}
}

// freeze makes one process of each kind hang for a time. The cloud may replace it meanwhile.
func freeze(d time.Duration, kinds ...string) func(context.Context, *stack) error {
	return func(ctx context.Context, s *stack) error {
		victims, err := s.processes(ctx, kinds...)
		if err != nil {
			return err
		}
		defer func() { _ = send(victims, syscall.SIGCONT) }() // those that are gone are no matter
		if err := send(victims, syscall.SIGSTOP); err != nil {
			return err
		}
		return pause(ctx, d)
	}
}

// freezeReplicaKillPrimary is two faults at once: what was acknowledged although no replica had it goes with the primary.
func freezeReplicaKillPrimary(ctx context.Context, s *stack) error {
	victims, err := s.processes(ctx, cacheReplica, cachePrimary)
	if err != nil {
		return err
	}
	replica, primary := victims[:1], victims[1:]
	defer func() { _ = send(replica, syscall.SIGCONT) }()
	if err := send(replica, syscall.SIGSTOP); err != nil {
		return err
	}
	if err := pause(ctx, 2*time.Second); err != nil {
		return err
	}
	return errors.Join(send(primary, syscall.SIGKILL), awaitEnd(ctx, primary))
}

// changeCookieKey makes the second key the only one, in the steps of infra/cookiekeys.go: it is known everywhere before
// it encrypts, and the old one goes last.
func changeCookieKey(ctx context.Context, s *stack) error {
	for _, keys := range []string{"1,2", "2,1", "2"} {
		if err := s.up(ctx, s.root, "cartStore=cookie", "cookieKeys="+keys); err != nil {
			return err
		}
	}
	return nil
}

// The releases that are rolled out.
var (
	anotherPage  = edit{"app/server/pages/layout.html", `</body>`, `<!-- another release --></body>`}
	alwaysPanics = edit{"app/server/cart.go", `(?m)^func \(s \*server\) addItem\(.*\{$`, "$0\n\tpanic(\"it always panics\")"}
)

// rollEdit has an old and a new release serve side by side.
func rollEdit(ctx context.Context, s *stack) error {
	return s.release(ctx, anotherPage)
}

// rollPanic rolls out a release that no customer must see. The roll is to fail.
func rollPanic(ctx context.Context, s *stack) error {
	err := s.release(ctx, alwaysPanics)
	if err == nil {
		return errors.New("the release was rolled out")
	}
	if !errors.Is(err, errRoll) {
		return err
	}
	return nil
}

// rollThis rolls out what is in this folder over what another one brought up.
func rollThis(ctx context.Context, s *stack) error {
	before, err := s.cloud.Report(ctx)
	if err != nil {
		return err
	}
	if err := s.up(ctx, s.root); err != nil {
		return err
	}
	after, err := s.cloud.Report(ctx)
	if err == nil && len(after.Refreshes) == len(before.Refreshes) {
		err = fmt.Errorf("the stack runs this release already: check out another one, make up, and come back")
	}
	return err
}
