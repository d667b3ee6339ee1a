package cloud

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// records holds what a service knows or has started, by Resource.ID. By itself it
// implements Service[S] for resources that do nothing: other services look them up.
type records[S any] struct {
	kind    string // what one is, for people: "load balancer"
	changed func(context.Context, record[S]) error

	mu   sync.RWMutex
	byID map[string]record[S]
}

// record is a resource and what is known of it.
type record[S any] struct {
	Resource
	spec S
}

func newRecords[S any](kind string) *records[S] {
	return &records[S]{kind: kind, byID: map[string]record[S]{}}
}

// onUpdate sets what puts an update into effect. When it cannot, the update is not
// recorded either.
func (s *records[S]) onUpdate(changed func(context.Context, record[S]) error) { s.changed = changed }

// Create records a resource.
func (s *records[S]) Create(_ context.Context, r Resource, spec S) (Outputs, error) {
	s.put(r, spec)
	return nil, nil
}

// Update records a resource as it is declared now.
func (s *records[S]) Update(ctx context.Context, r Resource, spec S) (Outputs, error) {
	before := s.put(r, spec)
	if s.changed == nil {
		return nil, nil
	}
	err := s.changed(ctx, record[S]{r, spec})
	if err != nil {
		s.put(before.Resource, before.spec)
	}
	return nil, err
}

// Delete forgets a resource.
func (s *records[S]) Delete(_ context.Context, r Resource) error {
	s.remove(r)
	return nil
}

// put returns what it replaces.
func (s *records[S]) put(r Resource, spec S) record[S] {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.byID[r.ID]
	s.byID[r.ID] = record[S]{r, spec}
	return before
}

// remove returns what it removes, for the caller to stop.
func (s *records[S]) remove(r Resource) (S, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	removed, ok := s.byID[r.ID]
	delete(s.byID, r.ID)
	return removed.spec, ok
}

// find returns the resource with that id, name or ARN: AWS takes any of them in
// most places.
func (s *records[S]) find(reference string) (record[S], bool) {
	return s.first(func(r record[S]) bool {
		return r.ID == reference || r.Name == reference || r.ARN == reference
	})
}

// get is find for whoever cannot do without.
func (s *records[S]) get(reference string) (S, error) {
	found, ok := s.find(reference)
	if !ok {
		return found.spec, fmt.Errorf("no %s %q", s.kind, reference)
	}
	return found.spec, nil
}

// first returns the first resource that matches, in the order of the ids.
func (s *records[S]) first(matches func(record[S]) bool) (record[S], bool) {
	all := s.all()
	if i := slices.IndexFunc(all, matches); i >= 0 {
		return all[i], true
	}
	return record[S]{}, false
}

// all lists the resources in the order of their ids.
func (s *records[S]) all() []record[S] {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]record[S], 0, len(s.byID))
	for _, id := range slices.Sorted(maps.Keys(s.byID)) {
		all = append(all, s.byID[id])
	}
	return all
}
