package lazy

import (
	"context"
	"maps"
	"time"

	"myclothes/app/shop"
)

// repayEvery is how often what could not be forgotten is tried again.
const repayEvery = 250 * time.Millisecond

// debt is a write that the cache was not told of.
type debt struct {
	written shop.Position
	until   time.Time // when what it made stale has expired
}

// Forget makes everybody load the value again, as of the position or later: call it after the write was
// committed. It never fails: while the cache is away it is tried again in the background, for as long as
// it may hold the old value.
func (c *Cache[V]) Forget(ctx context.Context, key string, written shop.Position) {
	c.generation.Add(1)
	if c.redis == nil || c.forget(ctx, key, written) == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	idle := len(c.owed) == 0
	c.owed[key] = debt{max(written, c.owed[key].written), time.Now().Add(2 * c.cfg.TTL)}
	if idle {
		go c.repay()
	}
}

// repay ends when nothing is owed any more.
func (c *Cache[V]) repay() {
	for {
		time.Sleep(repayEvery)
		c.mu.Lock()
		owed := maps.Clone(c.owed)
		c.mu.Unlock()
		for key, d := range owed {
			if time.Now().Before(d.until) && c.forget(context.Background(), key, d.written) != nil {
				delete(owed, key) // still owed
			}
		}
		if c.settle(owed) {
			return
		}
	}
}

// settle strikes out what was paid, unless it grew meanwhile, and reports whether that was all.
func (c *Cache[V]) settle(paid map[string]debt) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.DeleteFunc(c.owed, func(key string, d debt) bool { return paid[key] == d })
	return len(c.owed) == 0
}
