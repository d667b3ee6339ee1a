package cloud

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// store is one data store: a replication group, a database.
type store interface {
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

// stores is what is the same in all services of data stores.
type stores[T store] struct{ running *aws.Records[T] }

func newStores[T store](kind string, parameters parameterGroups) *stores[T] {
	s := &stores[T]{aws.NewRecords[T](kind)}
	parameters.OnUpdate(s.parametersChanged)
	return s
}

// add takes a store in that has been started.
func (s *stores[T]) add(r aws.Resource, started T) aws.Outputs {
	s.running.Put(r, started)
	return started.Outputs()
}

// get returns the store of a resource.
func (s *stores[T]) get(r aws.Resource) (T, error) { return s.running.Get(r.ID) }

// all lists the stores in the order of their ids.
func (s *stores[T]) all() []T {
	var all []T
	for _, running := range s.running.All() {
		all = append(all, running.Spec)
	}
	return all
}

// Delete stops a store.
func (s *stores[T]) Delete(_ context.Context, r aws.Resource) error {
	if removed, ok := s.running.Remove(r); ok {
		return removed.Stop()
	}
	return nil
}

// parametersChanged applies an edited parameter group where it is in use.
func (s *stores[T]) parametersChanged(ctx context.Context, group aws.Record[ParameterGroup]) error {
	var problems []error
	for _, running := range s.all() {
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
func (s *stores[T]) Report() []aws.Component {
	var components []aws.Component
	for _, running := range s.all() {
		components = append(components, running.Components()...)
	}
	return components
}

// Close stops all stores, at once.
func (s *stores[T]) Close(context.Context) error {
	var stops sync.WaitGroup
	all := s.all()
	problems := make([]error, len(all))
	for i, running := range all {
		stops.Go(func() { problems[i] = running.Stop() })
	}
	stops.Wait()
	return errors.Join(problems...)
}

// kept is a data store's declaration, its keeper, and what is said of its nodes.
// Only the keeper changes what has been started.
type kept[S any] struct {
	spec       S
	show       func() []aws.Component
	keeper     *host.Keeper
	components atomic.Pointer[[]aws.Component]
}

// declare sets what the store is to be, before it is started, and who shows its
// nodes.
func (k *kept[S]) declare(spec S, show func() []aws.Component) { k.spec, k.show = spec, show }

// keep starts the keeper, which calls look every interval, and at once when a watched
// process ends.
func (k *kept[S]) keep(interval time.Duration, look func(context.Context), watched ...*host.Process) {
	k.keeper = host.NewKeeper(interval, look)
	for _, p := range watched {
		k.watch(p)
	}
}

// watch makes the keeper, if there is one already, look as soon as the process ends.
func (k *kept[S]) watch(p *host.Process) {
	if k.keeper != nil {
		k.keeper.WakeWhenEnded(p)
	}
}

// leave ends the keeper; the nodes belong to the caller then.
func (k *kept[S]) leave() { k.keeper.Stop() }

// Do runs a change on the keeper's goroutine.
func (k *kept[S]) Do(ctx context.Context, change func(context.Context) error) error {
	return k.keeper.Do(ctx, change)
}

// redeclare runs a change after which the store is as spec says. After an error it
// is declared as before, and all of it is done again the next time.
func (k *kept[S]) redeclare(ctx context.Context, spec S, change func(ctx context.Context, before S) error) error {
	return k.Do(ctx, func(ctx context.Context) error {
		before := k.spec
		k.spec = spec
		defer k.publish()
		err := change(ctx, before)
		if err != nil {
			k.spec = before
		}
		return err
	})
}

// publish records how the nodes are, for those who ask meanwhile.
func (k *kept[S]) publish() {
	nodes := k.show()
	k.components.Store(&nodes)
}

// Components lists the nodes as they were when the keeper looked last.
func (k *kept[S]) Components() []aws.Component { return *k.components.Load() }
