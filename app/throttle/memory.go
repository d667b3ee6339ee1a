package throttle

import (
	"maps"
	"sync"
	"time"
)

// maxCounters bounds the memory. When it is full, whoever is new is not counted.
const maxCounters = 100_000

// memory counts as the scripts do.
type memory struct {
	now func() time.Time

	mu     sync.Mutex
	counts map[string]*count
}

type count struct {
	attempts int
	until    time.Time
}

func newMemory() *memory {
	return &memory{now: time.Now, counts: map[string]*count{}}
}

func (m *memory) begin(list []counter) (wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range list {
		if found := m.find(c.key); found != nil && found.attempts >= c.limit {
			wait = max(wait, found.until.Sub(m.now()))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, c := range list {
		if found := m.findOrMake(c.key); found != nil {
			found.attempts++
		}
	}
	return 0
}

func (m *memory) withdraw(list []counter, succeeded bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if succeeded && len(list) > 1 {
		delete(m.counts, list[0].key)
	}
	for _, c := range list {
		if found := m.find(c.key); found != nil && found.attempts > 0 {
			found.attempts--
		}
	}
}

// find returns the count of a window that has not ended; nil if there is none.
func (m *memory) find(key string) *count {
	found := m.counts[key]
	if found == nil || !m.now().Before(found.until) {
		delete(m.counts, key)
		return nil
	}
	return found
}

func (m *memory) findOrMake(key string) *count {
	if found := m.find(key); found != nil {
		return found
	}
	if len(m.counts) >= maxCounters {
		maps.DeleteFunc(m.counts, func(_ string, c *count) bool { return !m.now().Before(c.until) })
	}
	if len(m.counts) >= maxCounters {
		return nil
	}
	fresh := &count{until: m.now().Add(window)}
	m.counts[key] = fresh
	return fresh
}
