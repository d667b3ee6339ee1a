package datastore

import (
	"sync"
	"time"
)

// Samples are what the nodes of a service said of themselves last, by their ids. Whoever
// looks after a node sets them, and whoever publishes metrics reads them; so no node that
// does not answer keeps the others' metrics from being published. The zero value has none.
type Samples[T any] struct {
	mu     sync.Mutex
	byNode map[string]sample[T]
}

type sample[T any] struct {
	value T
	at    time.Time
}

// Due says whether a node has not been asked for that long.
func (s *Samples[T]) Due(node string, every time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Since(s.byNode[node].at) >= every
}

// Set notes what a node says now.
func (s *Samples[T]) Set(node string, value T) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byNode == nil {
		s.byNode = map[string]sample[T]{}
	}
	s.byNode[node] = sample[T]{value, time.Now()}
}

// Fresh returns what nodes have said within a time, and forgets what is older.
func (s *Samples[T]) Fresh(within time.Duration) map[string]T {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := map[string]T{}
	for node, said := range s.byNode {
		if time.Since(said.at) > within {
			delete(s.byNode, node)
			continue
		}
		fresh[node] = said.value
	}
	return fresh
}
