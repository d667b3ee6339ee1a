package main

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"

	"myclothes/tests/scratch"
)

// fault is something that goes wrong, or is done to a stack that serves.
type fault struct {
	name      string
	promise   promise
	settings  []string // that the stack must have meanwhile
	releases  bool     // it changes what the stack runs, or how; that is put right afterwards
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

// shortly is how long a cache node hangs without being given up by the local cloud, whose patience is twice as long
// (local/cloud/cachenode.go).
const shortly = time.Second

// faults are all that can be rehearsed. With two faults at once, changes may be lost that only the dead primary had;
// with the whole cache, all carts and sessions in it, but no order. Where an instance or the database ends, requests
// that were being answered fail, and those that the load balancer sends to an instance before it knows.
var faults = []fault{
	{name: "nothing happens", promise: nothing, strike: func(context.Context, *stack) error { return nil }},
	{name: "kill the cache primary", promise: aMoment, strike: kill(cachePrimary)},
	{name: "freeze the cache primary for 8 s", promise: aMoment, strike: freeze(8*time.Second, cachePrimary)},
	{name: "kill the cache replica", promise: aMoment, strike: kill(cacheReplica)},
	{name: "freeze the cache replica for 1 s", promise: aMoment, strike: freeze(shortly, cacheReplica)},
	{name: "freeze the cache replica, 1 s later kill the primary", promise: promise{losses: true}, strike: freezeReplicasKillPrimary},
	{name: "with strict durability, freeze the replicas, 1 s later kill the primary", promise: requests, releases: true, strike: freezeReplicasKillPrimary,
		settings: []string{"cartDurability=strict", "cacheReplicas=2"}},
	{name: "kill both cache nodes", promise: carts, strike: kill(cachePrimary, cacheReplica)},
	{name: "hang the whole cache for 1 s", promise: aMoment, strike: freeze(shortly, cachePrimary, cacheReplica)},
	{name: "kill the service of an instance", promise: requests, strike: kill(instance)},
	{name: "lose the machine of an instance", promise: requests, strike: loseInstance},
	{name: "kill the database primary", promise: requests, strike: kill(databasePrimary)},
	{name: "change the cookie key", promise: nothing, settings: []string{"cartStore=cookie"}, releases: true, strike: changeCookieKey},
	{name: "roll an edit", promise: nothing, releases: true, strike: rollEdit},
	{name: "roll a release that panics in a cart handler", promise: nothing, releases: true, strike: rollPanic},
	{name: "roll to the release of this folder", promise: nothing, onRequest: true, strike: rollThis},
}

// kill ends the processes of a kind at the same moment; one instance's, though, and not all.
func kill(kinds ...string) func(context.Context, *stack) error {
	return func(ctx context.Context, s *stack) error {
		victims, err := s.victims(ctx, kinds)
		if err != nil {
			return err
		}
		return errors.Join(send(victims, syscall.SIGKILL), awaitEnd(ctx, victims))
	}
}

// loseInstance makes the machine of one instance go away without a word.
func loseInstance(ctx context.Context, s *stack) error {
	report, err := s.cloud.Report(ctx)
	if err != nil {
		return err
	}
	for _, c := range report.Components {
		if c.Kind == instance && c.Healthy {
			return s.cloud.LoseInstance(ctx, c.ID)
		}
	}
	return errors.New("no instance runs here")
}

func (s *stack) victims(ctx context.Context, kinds []string) (all []int, err error) {
	for _, kind := range kinds {
		pids, err := s.processes(ctx, kind)
		if err != nil {
			return nil, err
		}
		all = append(all, pids...)
	}
	return all, nil
}

// freeze makes the processes hang for a time. The cloud may replace them meanwhile.
func freeze(d time.Duration, kinds ...string) func(context.Context, *stack) error {
	return func(ctx context.Context, s *stack) error {
		victims, err := s.victims(ctx, kinds)
		if err != nil {
			return err
		}
		return frozen(ctx, victims, d, func() error { return nil })
	}
}

// frozen lets processes hang for a time and does something at its end, before they go on.
func frozen(ctx context.Context, victims []int, d time.Duration, then func() error) error {
	defer func() { _ = send(victims, syscall.SIGCONT) }() // those that were replaced are no matter
	if err := send(victims, syscall.SIGSTOP); err != nil {
		return err
	}
	if err := pause(ctx, d); err != nil {
		return err
	}
	return then()
}

// freezeReplicasKillPrimary is two faults at once: what was acknowledged although no replica had it goes with the primary.
func freezeReplicasKillPrimary(ctx context.Context, s *stack) error {
	replicas, err := s.processes(ctx, cacheReplica)
	if err != nil {
		return err
	}
	primary, err := s.processes(ctx, cachePrimary)
	if err != nil {
		return err
	}
	return frozen(ctx, replicas, shortly, func() error {
		return errors.Join(send(primary, syscall.SIGKILL), awaitEnd(ctx, primary))
	})
}

// changeCookieKey makes the second key the only one, in the steps of infra/cookiekeys.go: it is known everywhere before
// it encrypts, and the old one goes when no cart needs it. With each step the fleet rolls, so that every instance has
// read the keys.
func changeCookieKey(ctx context.Context, s *stack) error {
	copied, err := s.edited(anotherPage)
	defer os.RemoveAll(copied)
	if err != nil {
		return err
	}
	folders := []string{copied, s.root}
	for i, keys := range []string{"1,2", "2,1", "2"} {
		if err := s.up(ctx, folders[i%2], "cartStore=cookie", "cookieKeys="+keys); err != nil {
			return err
		}
		if err := pause(ctx, 10*time.Second); err != nil { // in which everybody changes their cart
			return err
		}
	}
	return nil
}

// The releases that are rolled out.
var (
	anotherPage  = scratch.Edit{File: "app/server/pages/layout.html", Pattern: `</body>`, Replacement: `<!-- another release --></body>`}
	alwaysPanics = scratch.Edit{File: "app/server/cart.go", Pattern: `(?m)^func \(s \*server\) addItem\(.*\{$`, Replacement: "$0\n\tpanic(\"it always panics\")"}
)

// rollEdit has an old and a new release serve side by side.
func rollEdit(ctx context.Context, s *stack) error {
	return s.release(ctx, anotherPage)
}

// rollPanic rolls out a release that no customer must see. Whether the roll fails, as it is to, the shoppers notice.
func rollPanic(ctx context.Context, s *stack) error {
	if err := s.release(ctx, alwaysPanics); !errors.Is(err, errRoll) {
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
		err = errors.New("the stack runs this release already: check out another one, make up, and come back")
	}
	return err
}
