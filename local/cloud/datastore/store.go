// Package datastore is what the services that keep data have in common: subnet groups and
// parameter groups, nodes, and stores with a keeper that looks after them.
package datastore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// Store is one data store: a replication group, a database.
type Store interface {
	Outputs() aws.Outputs
	Components() []aws.Component
	ParameterGroup() string // its name
	SubnetGroup() string    // its name
	// ApplyParameters puts those of the declared group into effect.
	ApplyParameters(ctx context.Context) error
	// Maintain applies what waits for the maintenance window, and returns what that was.
	Maintain(ctx context.Context) ([]string, error)
	// Stop ends all nodes, removes their data and frees the addresses.
	Stop() error
}

// Stores is what is the same in all services of data stores.
type Stores[T Store] struct{ running *aws.Records[T] }

// NewStores returns no stores yet, which use those groups and apply parameters when they
// change.
func NewStores[T Store](kind string, parameters ParameterGroups, subnets SubnetGroups) *Stores[T] {
	s := &Stores[T]{aws.NewRecords[T](kind)}
	parameters.OnUpdate(s.parametersChanged)
	parameters.names = func() []string { return s.each(T.ParameterGroup) }
	subnets.names = func() []string { return s.each(T.SubnetGroup) }
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

// each lists what every store says of itself.
func (s *Stores[T]) each(says func(T) string) []string {
	var all []string
	for _, running := range s.All() {
		all = append(all, says(running))
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
		if running.ParameterGroup() == group.Name {
			problems = append(problems, running.ApplyParameters(ctx))
		}
	}
	return errors.Join(problems...)
}

// Maintain opens the maintenance window of all stores, one after another, and returns what
// was applied in it.
func (s *Stores[T]) Maintain(ctx context.Context) ([]string, error) {
	var applied []string
	var problems []error
	for _, running := range s.running.All() {
		changes, err := running.Spec.Maintain(ctx)
		for _, change := range changes {
			applied = append(applied, running.Name+": "+change)
		}
		problems = append(problems, err)
	}
	return applied, errors.Join(problems...)
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
	*host.Keeper
	declared   atomic.Pointer[S]
	show       func() []aws.Component
	components atomic.Pointer[[]aws.Component]
	waiting    atomic.Pointer[pending[S]]
	changes    sync.Mutex // held by whoever changes what is declared, or applies it
}

// Declare sets what the store is to be, before it is started, and who shows its
// nodes.
func (k *Kept[S]) Declare(spec S, show func() []aws.Component) {
	k.Keeper, k.show = host.NewKeeper(), show
	k.declared.Store(&spec)
}

// Spec is what the store is declared as.
func (k *Kept[S]) Spec() S { return *k.declared.Load() }

// Alone runs a change when no other one is under way.
func (k *Kept[S]) Alone(change func() error) error {
	k.changes.Lock()
	defer k.changes.Unlock()
	return change()
}

// Redeclare declares the store anew, lets the keeper see to it, and waits for change,
// which does the rest and returns when the store is as declared. After an error it is
// declared as before, and all of it is done again the next time.
func (k *Kept[S]) Redeclare(ctx context.Context, spec S, change func(ctx context.Context, before, spec S) error) error {
	return k.Alone(func() error {
		before := k.Spec()
		declare := func(s S) func() error {
			return func() error { k.declared.Store(&s); return nil }
		}
		if err := k.Do(ctx, declare(spec)); err != nil {
			return err
		}
		err := change(ctx, before, spec)
		if err != nil {
			_ = k.Do(context.WithoutCancel(ctx), declare(before))
		}
		return errors.Join(err, k.Do(context.WithoutCancel(ctx), func() error { k.Publish(); return nil }))
	})
}

// Publish records how the nodes are, for those who ask meanwhile.
func (k *Kept[S]) Publish() {
	nodes := k.show()
	k.components.Store(&nodes)
}

// Components lists the nodes as they were when the keeper looked last.
func (k *Kept[S]) Components() []aws.Component { return *k.components.Load() }
