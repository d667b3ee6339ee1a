package throttle

import (
	"context"
	"sync"
	"time"
)

// begun are the sessions that were begun and not counted yet, by client.
type begun struct {
	mu       sync.Mutex
	byClient map[string]int
	counting bool // somebody takes them
}

// add says whether the caller is the one to count them.
func (b *begun) add(client string) (first bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, known := b.byClient[client]; known || len(b.byClient) < maxCounters {
		b.byClient[client]++
	}
	first, b.counting = !b.counting, true
	return first
}

// take returns what is to be counted; nothing ends the counting.
func (b *begun) take() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.byClient
	b.byClient, b.counting = map[string]int{}, len(taken) > 0
	return taken
}

// SessionBegun counts a session that the client has begun to fill a cart. Nobody waits for that: it is counted in the
// background, together with those begun meanwhile, so that the client may begin a few more than it should.
func (t *Throttle) SessionBegun(client string) {
	if t.newSessions > 0 && t.begun.add(hash("begun from", client)) {
		go t.countSessions()
	}
}

func (t *Throttle) countSessions() {
	for batch := t.begun.take(); len(batch) > 0; batch = t.begun.take() {
		for client, n := range batch {
			c := counter{client, t.newSessions, sessionWindow}
			if wait := t.count(context.Background(), []change{{c, n}}); wait > 0 {
				t.refuseSessions(c, wait)
			}
		}
	}
}

// refuseSessions remembers in the process that a client has begun as many sessions as it may, so that no request has to
// ask the cache.
func (t *Throttle) refuseSessions(client counter, wait time.Duration) {
	t.own.reach(client, wait)
	t.refusing.Store(max(t.refusing.Load(), time.Now().Add(wait).UnixNano()))
	t.crowded.Inc()
}

// SessionWait is for how long the client may begin no session to fill a cart, as far as this instance knows. It asks
// nobody, and costs nothing while no client is refused.
func (t *Throttle) SessionWait(client string) time.Duration {
	if time.Now().UnixNano() >= t.refusing.Load() {
		return 0
	}
	return t.own.wait(counter{hash("begun from", client), t.newSessions, sessionWindow})
}
