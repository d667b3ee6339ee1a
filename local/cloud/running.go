package cloud

import (
	"maps"
	"slices"
	"sync"
)

// running is what a service has started, by Resource.ID.
type running[T any] struct {
	mu   sync.Mutex
	byID map[string]T
}

func newRunning[T any]() *running[T] { return &running[T]{byID: map[string]T{}} }

func (r *running[T]) add(id string, started T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.byID[id] = started
}

func (r *running[T]) find(id string) (T, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	started, ok := r.byID[id]
	return started, ok
}

// remove returns what it removes, for the caller to stop.
func (r *running[T]) remove(id string) (T, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	started, ok := r.byID[id]
	delete(r.byID, id)
	return started, ok
}

// all lists what runs in the order of the ids.
func (r *running[T]) all() []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]T, 0, len(r.byID))
	for _, id := range slices.Sorted(maps.Keys(r.byID)) {
		all = append(all, r.byID[id])
	}
	return all
}
