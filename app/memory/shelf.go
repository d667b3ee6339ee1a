package memory

import (
	"container/list"
	"time"
)

// shelf is a bounded map whose entries expire ttl after they were last used. Beyond the limit, those used
// longest ago make room. Not for concurrent use.
type shelf[K comparable, V any] struct {
	ttl     time.Duration
	limit   int
	now     func() time.Time
	entries map[K]*list.Element // of *entry[K, V]
	recent  *list.List          // used last at the front
}

type entry[K comparable, V any] struct {
	key     K
	value   V
	expires time.Time
}

func newShelf[K comparable, V any](ttl time.Duration, limit int) *shelf[K, V] {
	return &shelf[K, V]{ttl: ttl, limit: limit, now: time.Now, entries: map[K]*list.Element{}, recent: list.New()}
}

// use returns the value under the key, and renews it.
func (s *shelf[K, V]) use(key K) (value V, ok bool) {
	element, ok := s.entries[key]
	if !ok {
		return value, false
	}
	e := element.Value.(*entry[K, V])
	if !s.now().Before(e.expires) {
		s.forget(key)
		return value, false
	}
	e.expires = s.now().Add(s.ttl)
	s.recent.MoveToFront(element)
	return e.value, true
}

// put puts the value under the key, in place of what was there.
func (s *shelf[K, V]) put(key K, value V) {
	s.forget(key)
	s.entries[key] = s.recent.PushFront(&entry[K, V]{key: key, value: value, expires: s.now().Add(s.ttl)})
	if s.recent.Len() > s.limit {
		s.forget(s.recent.Back().Value.(*entry[K, V]).key)
	}
}

func (s *shelf[K, V]) forget(key K) {
	if element, ok := s.entries[key]; ok {
		s.recent.Remove(element)
		delete(s.entries, key)
	}
}
