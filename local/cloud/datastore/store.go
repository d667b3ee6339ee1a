// Package datastore is what the services that keep data have in common: subnet groups and
// parameter groups, nodes, and stores with a keeper that looks after them.
package datastore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// Store is one data store: a replication group, a database.
type Store interface {
	Outputs() aws.Outputs
	Components() []aws.Component
	// Do runs a change alone, when nobody else changes the store.
	Do(ctx context.Context, change func(context.Context) error) error
	ParameterGroup() string
	// ApplyParameters puts those of the declared group into effect.
	ApplyParameters(ctx context.Context) error
	// Stop ends all nodes, removes their data and frees the addresses.
	Stop() error
}

// Stores is what is the same in all services of data stores.
type Stores[T Store] struct{ running *aws.Records[T] }

// NewStores returns no stores yet, which apply parameters when those change.
func NewStores[T Store](kind string, parameters ParameterGroups) *Stores[T] {
	s := &Stores[T]{aws.NewRecords[T](kind)}
	parameters.OnUpdate(s.parametersChanged)
	return s
}

// Add takes a store in that has been started.
func (s *Stores[T]) Add(r aws.Resource, started T) aws.Outputs {
	s.running.Put(r, started)
	return started.Outputs()
}

// Get returns the store of a resource.
func (s *Stores[T]) Get(r aws.Resource) (T, error) { return s.running.Get(r.ID) }

// All lists the stores in the order of their ids.
func (s *Stores[T]) All() []T {
	var all []T
	for _, running := range s.running.All() {
		all = append(all, running.Spec)
	}
	return all
}

// Delete stops a store.
func (s *Stores[T]) Delete(_ context.Context, r aws.Resource) error {
	if removed, ok := s.running.Remove(r); ok {
		return removed.Stop()
	}
	return nil
}

// parametersChanged applies an edited parameter group where it is in use.
func (s *Stores[T]) parametersChanged(ctx context.Context, group aws.Record[ParameterGroup]) error {
	var problems []error
	for _, running := range s.All() {
		problems = append(problems, running.Do(ctx, func(ctx context.Context) error {
			if running.ParameterGroup() != group.Name {
				return nil
			}
			return running.ApplyParameters(ctx)
		}))
	}
	return errors.Join(problems...)
}

// Report lists the nodes of all stores.
func (s *Stores[T]) Report() []aws.Component {
	var components []aws.Component
	for _, running := range s.All() {
		components = append(components, running.Components()...)
	}
	return components
}

// Close stops all stores, at once.
func (s *Stores[T]) Close(context.Context) error {
	var stops sync.WaitGroup
	all := s.All()
	problems := make([]error, len(all))
	for i, running := range all {
		stops.Go(func() { problems[i] = running.Stop() })
	}
	stops.Wait()
	return errors.Join(problems...)
}

// Kept is a data store's declaration, its keeper, and what is said of its nodes.
// Only the keeper changes what has been started; everybody may read what is declared.
type Kept[S any] struct {
	declared   atomic.Pointer[S]
	show       func() []aws.Component
	keeper     *host.Keeper
	components atomic.Pointer[[]aws.Component]
}

// Declare sets what the store is to be, before it is started, and who shows its
// nodes.
func (k *Kept[S]) Declare(spec S, show func() []aws.Component) {
	k.declared.Store(&spec)
	k.show = show
}

// Spec is what the store is declared as.
func (k *Kept[S]) Spec() S { return *k.declared.Load() }

// Keep starts the keeper, which calls look every interval, and at once when a watched
// process ends.
func (k *Kept[S]) Keep(interval time.Duration, look func(context.Context), watched ...*host.Process) {
	k.keeper = host.NewKeeper(interval, look)
	for _, p := range watched {
		k.Watch(p)
	}
}

// Watch makes the keeper, if there is one already, look as soon as the process ends.
func (k *Kept[S]) Watch(p *host.Process) {
	if k.keeper != nil {
		k.keeper.WakeWhenEnded(p)
	}
}

// Leave ends the keeper; the nodes belong to the caller then.
func (k *Kept[S]) Leave() { k.keeper.Stop() }

// Do runs a change on the keeper's goroutine.
func (k *Kept[S]) Do(ctx context.Context, change func(context.Context) error) error {
	return k.keeper.Do(ctx, change)
}

// Redeclare runs a change after which the store is as spec says. After an error it
// is declared as before, and all of it is done again the next time.
func (k *Kept[S]) Redeclare(ctx context.Context, spec S, change func(ctx context.Context, before, spec S) error) error {
	return k.Do(ctx, func(ctx context.Context) error {
		before := k.Spec()
		k.declared.Store(&spec)
		defer k.Publish()
		err := change(ctx, before, spec)
		if err != nil {
			k.declared.Store(&before)
		}
		return err
	})
}

// Publish records how the nodes are, for those who ask meanwhile.
func (k *Kept[S]) Publish() {
	nodes := k.show()
	k.components.Store(&nodes)
}

// Components lists the nodes as they were when the keeper looked last.
func (k *Kept[S]) Components() []aws.Component { return *k.components.Load() }
