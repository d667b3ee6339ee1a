package cloud

import (
	"context"
	"sync"
)

// records implements Service[S] for resources that do nothing by themselves:
// other services look them up.
type records[S any] struct {
	mu   sync.RWMutex
	byID map[string]record[S]

	// changed, if set, puts an update into effect; when it cannot, the update is
	// not recorded either.
	changed func(context.Context, record[S]) error
}

type record[S any] struct {
	Resource
	spec S
}

func newRecords[S any]() *records[S] { return &records[S]{byID: map[string]record[S]{}} }

func (s *records[S]) Create(_ context.Context, r Resource, spec S) (Outputs, error) {
	s.put(r, spec)
	return nil, nil
}

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

func (s *records[S]) Delete(_ context.Context, r Resource) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, r.ID)
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

// find returns the resource with that id, name or ARN: AWS takes any of them in
// most places.
func (s *records[S]) find(reference string) (record[S], bool) {
	return s.first(func(r record[S]) bool {
		return r.ID == reference || r.Name == reference || r.ARN == reference
	})
}

func (s *records[S]) first(matches func(record[S]) bool) (record[S], bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, r := range s.byID {
		if matches(r) {
			return r, true
		}
	}
	return record[S]{}, false
}

func (s *records[S]) all() []record[S] {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]record[S], 0, len(s.byID))
	for _, r := range s.byID {
		all = append(all, r)
	}
	return all
}
