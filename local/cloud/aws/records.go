package aws

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Records holds what a service knows or has started, by Resource.ID. By itself it
// implements Service[S] for resources that do nothing: other services look them up.
type Records[S any] struct {
	kind    string // what one is, for people: "load balancer"
	changed func(context.Context, Record[S]) error

	mu   sync.RWMutex
	byID map[string]Record[S]
}

// Record is a resource and what is known of it.
type Record[S any] struct {
	Resource
	Spec S
}

// NewRecords returns records of what kind says, for people: "load balancer".
func NewRecords[S any](kind string) *Records[S] {
	return &Records[S]{kind: kind, byID: map[string]Record[S]{}}
}

// OnUpdate sets what puts an update into effect. When it cannot, the update is not
// recorded either.
func (s *Records[S]) OnUpdate(changed func(context.Context, Record[S]) error) { s.changed = changed }

// Create records a resource.
func (s *Records[S]) Create(_ context.Context, r Resource, spec S) (Outputs, error) {
	s.Put(r, spec)
	return nil, nil
}

// Update records a resource as it is declared now.
func (s *Records[S]) Update(ctx context.Context, r Resource, spec S) (Outputs, error) {
	before := s.Put(r, spec)
	if s.changed == nil {
		return nil, nil
	}
	err := s.changed(ctx, Record[S]{r, spec})
	if err != nil {
		s.Put(before.Resource, before.Spec)
	}
	return nil, err
}

// Delete forgets a resource.
func (s *Records[S]) Delete(_ context.Context, r Resource) error {
	s.Remove(r)
	return nil
}

// Put returns what it replaces.
func (s *Records[S]) Put(r Resource, spec S) Record[S] {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.byID[r.ID]
	s.byID[r.ID] = Record[S]{r, spec}
	return before
}

// Remove returns what it removes, for the caller to stop.
func (s *Records[S]) Remove(r Resource) (S, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	removed, ok := s.byID[r.ID]
	delete(s.byID, r.ID)
	return removed.Spec, ok
}

// Find returns the resource with that id, name or ARN: AWS takes any of them in
// most places.
func (s *Records[S]) Find(reference string) (Record[S], bool) {
	return s.First(func(r Record[S]) bool {
		return r.ID == reference || r.Name == reference || r.ARN == reference
	})
}

// Get is find for whoever cannot do without.
func (s *Records[S]) Get(reference string) (S, error) {
	found, ok := s.Find(reference)
	if !ok {
		return found.Spec, fmt.Errorf("no %s %q", s.kind, reference)
	}
	return found.Spec, nil
}

// First returns the first resource that matches, in the order of the ids.
func (s *Records[S]) First(matches func(Record[S]) bool) (Record[S], bool) {
	all := s.All()
	if i := slices.IndexFunc(all, matches); i >= 0 {
		return all[i], true
	}
	return Record[S]{}, false
}

// All lists the resources in the order of their ids.
func (s *Records[S]) All() []Record[S] {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]Record[S], 0, len(s.byID))
	for _, id := range slices.Sorted(maps.Keys(s.byID)) {
		all = append(all, s.byID[id])
	}
	return all
}
