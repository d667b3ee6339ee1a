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
	n     int
	until time.Time
}

func newMemory() *memory {
	return &memory{now: time.Now, counts: map[string]*count{}}
}

// begin changes the counters, unless one of them has reached its limit: then it returns how long that lasts.
func (m *memory) begin(list []change) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if wait := m.longest(list); wait > 0 {
		return wait
	}
	m.change(list)
	return 0
}

// count changes the counters and returns how long one of them has reached its limit.
func (m *memory) count(list []change) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.change(list)
	return m.longest(list)
}

// wait returns how long the counter has reached its limit.
func (m *memory) wait(c counter) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.longest([]change{{c, 0}})
}

// reach makes the counter reach its limit for as long as that.
func (m *memory) reach(c counter, wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if found := m.findOrMake(c); found != nil {
		found.n, found.until = max(found.n, c.limit), m.now().Add(wait)
	}
}

func (m *memory) longest(list []change) (wait time.Duration) {
	for _, c := range list {
		if found := m.find(c.key); found != nil && found.n >= c.limit {
			wait = max(wait, found.until.Sub(m.now()))
		}
	}
	return wait
}

func (m *memory) change(list []change) {
	for _, c := range list {
		found := m.find(c.key)
		if found == nil && c.more > 0 {
			found = m.findOrMake(c.counter)
		}
		if found == nil {
			continue
		}
		if found.n += c.more; found.n <= 0 {
			delete(m.counts, c.key)
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

func (m *memory) findOrMake(c counter) *count {
	if found := m.find(c.key); found != nil {
		return found
	}
	if len(m.counts) >= maxCounters {
		maps.DeleteFunc(m.counts, func(_ string, c *count) bool { return !m.now().Before(c.until) })
	}
	if len(m.counts) >= maxCounters {
		return nil
	}
	fresh := &count{until: m.now().Add(c.window)}
	m.counts[c.key] = fresh
	return fresh
}
