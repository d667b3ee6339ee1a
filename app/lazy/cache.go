// Package lazy keeps what is read often and written rarely in ElastiCache, next to the database: it is
// loaded when somebody asks for it (lazy loading, or cache-aside) and forgotten when it is written.
//
// What is kept here may be personal. The cache is encrypted at rest and in transit and asks for a token,
// all declared in infra/data/cache.go; keys and metrics never hold personal data.
package lazy

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"myclothes/app/redis"
	"myclothes/app/shop"
)

const (
	loadTimeout = 3 * time.Second // of one load, whoever waits for it
	leaseTime   = loadTimeout + time.Second
	leaseWait   = 250 * time.Millisecond // for somebody else's load; then one's own
	leasePoll   = 10 * time.Millisecond
	floorTime   = time.Hour // for which a write is remembered; a replica further behind shows old values anyway
)

// Config is what one kind of value needs.
type Config struct {
	Name       string        // in keys and metrics
	Format     int           // raised whenever the JSON of the values changes, so that releases do not read each other's
	TTL        time.Duration // of a value, give or take a tenth
	Missing    error         // what a load fails with if there is nothing there
	MissingTTL time.Duration // for how long that is remembered
}

// Cache keeps values of type V, as JSON. Whatever becomes of ElastiCache, Get answers: when it is away,
// slow or holds something else, the value is loaded and not kept. Safe for concurrent use.
//
// A write is seen at once: Forget takes the value away together with the right to keep one that is being
// loaded, and later loads are asked for a value as of the write. If it is lost in a failover of the cache,
// the old value stays until it expires, but not for those who know the position of the write.
type Cache[V any] struct {
	cfg        Config
	redis      *redis.Optional // nil: there is none
	metrics    *metrics
	flights    singleflight.Group
	generation atomic.Uint64 // of flights: none is joined that began before something was forgotten

	mu   sync.Mutex
	owed map[string]debt // what was to be forgotten while the cache was away
}

// Load reads a value from the database, as of the position or later, and says as of which: also when it
// fails with Config.Missing.
type Load[V any] func(ctx context.Context, after shop.Position) (value V, at shop.Position, err error)

// New returns a cache in Redis; nil stands for none.
func New[V any](cache *redis.Optional, cfg Config) *Cache[V] {
	return &Cache[V]{cfg: cfg, redis: cache, metrics: newMetrics(cfg.Name), owed: map[string]debt{}}
}

// Get returns the value under the key as of the position or later. Many who ask at once, here and on other
// instances, cause one load. Its errors are those of load.
func (c *Cache[V]) Get(ctx context.Context, key string, after shop.Position, load Load[V]) (V, error) {
	flight := fmt.Sprintf("%s@%d#%d", key, after, c.generation.Load())
	landed := c.flights.DoChan(flight, func() (any, error) {
		ctx := context.WithoutCancel(ctx) // the first to ask does not decide for how long
		return c.get(ctx, key, after, load)
	})
	select {
	case <-ctx.Done():
		var none V
		return none, fmt.Errorf("%s: %w", c.cfg.Name, context.Cause(ctx))
	case result := <-landed:
		value, _ := result.Val.(V)
		return value, result.Err
	}
}

func (c *Cache[V]) get(ctx context.Context, key string, after shop.Position, load Load[V]) (V, error) {
	lease, senseless, giveUp := rand.Text(), "", time.Now().Add(leaseWait)
	for c.redis != nil {
		found, err := c.look(ctx, key, after, lease, senseless)
		if err != nil {
			break
		}
		switch {
		case found.state == there:
			if value, err, ok := c.decode(found.entry); ok {
				return value, err
			}
			c.metrics.count(corrupt)
			senseless = found.entry
		case found.state == leased:
			return c.fill(ctx, key, lease, found, load)
		case time.Now().After(giveUp):
			value, _, err := c.load(ctx, impatient, found.after, load)
			return value, err
		default:
			time.Sleep(leasePoll)
		}
	}
	value, _, err := c.load(ctx, away, after, load)
	return value, err
}

// fill loads the value and keeps it, unless the lease was lost meanwhile.
func (c *Cache[V]) fill(ctx context.Context, key, lease string, found found, load Load[V]) (V, error) {
	why := miss
	if found.stale {
		why = stale
	}
	value, at, err := c.load(ctx, why, found.after, load)
	entry, ttl, ok := c.encode(value, at, err)
	if ok {
		c.keep(ctx, key, lease, entry, ttl)
	} else {
		c.release(ctx, key, lease)
	}
	return value, err
}

func (c *Cache[V]) load(ctx context.Context, why result, after shop.Position, load Load[V]) (V, shop.Position, error) {
	c.metrics.count(why)
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	start := time.Now()
	value, at, err := load(ctx, after)
	c.metrics.loads.Observe(time.Since(start).Seconds())
	return value, at, err
}
