package datastore

import (
	"context"
	"fmt"
)

// Deferred is a property whose change waits for the maintenance window, unless the
// declaration says applyImmediately.
type Deferred[S any] struct {
	// hold sets the property in next back to what it is now, and says what was to change.
	hold func(now, next *S) (what string, waits bool)
}

// Defer returns a deferred property by its name in the declaration, and where it is.
func Defer[S any, T comparable](name string, at func(*S) *T) Deferred[S] {
	return DeferIf(name, at, func(now, next T) bool { return now != next })
}

// DeferIf returns a property of which only certain changes are deferred.
func DeferIf[S any, T any](name string, at func(*S) *T, waits func(now, next T) bool) Deferred[S] {
	return Deferred[S]{func(now, next *S) (string, bool) {
		a, b := at(now), at(next)
		if !waits(*a, *b) {
			return "", false
		}
		what := fmt.Sprintf("%s from %v to %v", name, *a, *b)
		*b = *a
		return what, true
	}}
}

// pending is what waits for the maintenance window.
type pending[S any] struct {
	spec    S // as it is declared
	changes []string
}

// Modify changes the store to what is declared, but for the deferred changes unless they
// are to be applied immediately. Those wait for Maintain, or for the next declaration.
func (k *Kept[S]) Modify(ctx context.Context, spec S, immediately bool, deferred []Deferred[S], change func(ctx context.Context, before, spec S) error) error {
	now, next := k.Spec(), spec
	var changes []string
	for _, d := range deferred {
		if what, waits := d.hold(&now, &next); waits && !immediately {
			changes = append(changes, what)
		}
	}
	if immediately {
		next = spec
	}
	err := k.Redeclare(ctx, next, change)
	if err == nil {
		k.waiting.Store(&pending[S]{spec, changes})
		err = k.Do(ctx, func() error { return nil }) // and it is shown
	}
	return err
}

// Pending lists the changes that wait for the maintenance window.
func (k *Kept[S]) Pending() []string {
	if waiting := k.waiting.Load(); waiting != nil {
		return waiting.changes
	}
	return nil
}

// Apply applies what waits for the maintenance window, and returns what that was.
func (k *Kept[S]) Apply(ctx context.Context, change func(ctx context.Context, before, spec S) error) ([]string, error) {
	waiting := k.waiting.Load()
	if waiting == nil || len(waiting.changes) == 0 {
		return nil, nil
	}
	if err := k.Redeclare(ctx, waiting.spec, change); err != nil {
		return nil, err
	}
	k.waiting.CompareAndSwap(waiting, nil)
	return waiting.changes, k.Do(ctx, func() error { return nil })
}
