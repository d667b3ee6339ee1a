// Package catalog remembers for a few seconds what the shop sells, so that looking up the names and prices of a cart
// costs no query. Every process asks the database for itself, once in three seconds for all its visitors: with a cache
// between the two, the database would have a few queries less, and a changed price would show later.
package catalog

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"myclothes/app/shop"
)

const (
	fresh       = 3 * time.Second  // for which the range is not read again
	stale       = 10 * time.Minute // while the database is away (a failover takes minutes), the shop stays open
	retry       = time.Second      // how long a failed load is not tried again
	loadTimeout = 3 * time.Second  // of one load
)

// Source is where products are kept.
type Source interface {
	// ProductsAsOf returns all products in the order they are shown, as of the position or later, and as of which.
	ProductsAsOf(ctx context.Context, after shop.Position) ([]shop.Product, shop.Position, error)
	// Position returns a position behind everything committed before the call.
	Position(ctx context.Context) (shop.Position, error)
}

// Catalog is the range of products. It shows a change within 3 seconds, if the replica that it reads is not behind. What
// it has shown it does not take back: after one replica it believes no other that is further behind. While the source
// is away, it shows what it read last for some minutes. Safe for concurrent use.
type Catalog struct {
	source  Source
	now     func() time.Time
	loading singleflight.Group

	mu       sync.Mutex // of whoever changes what follows
	last     atomic.Pointer[reading]
	outdated shop.Position // what is read from now on must be as of this or later
}

// reading is the range as it was read from the source.
type reading struct {
	*shop.Range
	at      shop.Position // as of which
	read    time.Time     // when
	recheck time.Time     // when it must be read again
}

// New returns the catalog of the products in source.
func New(source Source) *Catalog { return &Catalog{source: source, now: time.Now} }

// Range returns what the shop sells now. Many callers at once cause one query.
func (c *Catalog) Range(ctx context.Context) (*shop.Range, error) {
	if last := c.fresh(); last != nil {
		return last, nil
	}
	after := c.after()
	// Nobody joins a load that began before what they know to be outdated: the key says as of which the load is.
	loaded := c.loading.DoChan(strconv.FormatInt(int64(after), 10), func() (any, error) {
		if last := c.fresh(); last != nil {
			return last, nil // somebody else's load has ended since the caller looked
		}
		return c.load(context.WithoutCancel(ctx), after) // the first caller's deadline does not decide for the others
	})
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("products: %w", context.Cause(ctx))
	case result := <-loaded:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*shop.Range), nil
	}
}

// fresh is what was last read; nil if it must be read again.
func (c *Catalog) fresh() *shop.Range {
	if last := c.last.Load(); last != nil && c.now().Before(last.recheck) {
		return last.Range
	}
	return nil
}

// after is the position that a load must be as of.
func (c *Catalog) after() shop.Position {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last := c.last.Load(); last != nil {
		return max(last.at, c.outdated)
	}
	return c.outdated
}

// load reads the source, and falls back to what was read before.
func (c *Catalog) load(ctx context.Context, after shop.Position) (*shop.Range, error) {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	products, at, err := c.source.ProductsAsOf(ctx, after)
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	last := c.last.Load()
	switch {
	case err != nil && (last == nil || now.Sub(last.read) > stale):
		return nil, fmt.Errorf("products: %w", err)
	case err != nil:
		last = &reading{last.Range, last.at, last.read, now.Add(retry)}
	case at < c.outdated || last != nil && at < last.at:
		return shop.NewRange(products), nil // somebody knows more by now; whoever waited here asked before that
	default:
		last = &reading{shop.NewRange(products), at, now, now.Add(fresh)}
	}
	c.last.Store(last)
	return last.Range, nil
}

// Forget says that what the catalog shows has turned out to be outdated. The next call of Range reads it again, with
// everything committed before this call: from the writer, if the replica is behind. Other processes are not told: they
// read it again within 3 seconds.
func (c *Catalog) Forget(ctx context.Context) {
	at, err := c.source.Position(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil { // otherwise the writer is away, and nobody can tell more than the replicas do
		c.outdated = max(c.outdated, at)
	}
	if last := c.last.Load(); last != nil {
		c.last.Store(&reading{last.Range, last.at, last.read, time.Time{}})
	}
}
