package shop

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	catalogFresh = 3 * time.Second  // a change of price is seen after at most this long
	catalogStale = 10 * time.Minute // while the database is away (a failover takes minutes), the shop stays open
	catalogRetry = time.Second      // how long a failed load is not tried again
	catalogLoad  = 3 * time.Second  // limit of one load
)

// ProductSource is where products are kept. It returns them in the order they are shown.
type ProductSource interface {
	Products(ctx context.Context) ([]Product, error)
}

// Catalog is the range of products, remembered for a few seconds so that looking up the names and prices
// of a cart costs no query. When the source fails, what was last read is shown for some minutes. Safe
// for concurrent use.
type Catalog struct {
	source  ProductSource
	now     func() time.Time
	current atomic.Pointer[Range]
	loading singleflight.Group
}

// Range is what the shop sells at one moment. It must not be modified.
type Range struct {
	Products []Product
	bySKU    map[string]int

	read    time.Time // when it was read from the source
	recheck time.Time // when it must be read again
}

// NewCatalog returns the catalog of the products in source.
func NewCatalog(source ProductSource) *Catalog {
	return &Catalog{source: source, now: time.Now}
}

// Product returns the product with the SKU.
func (r *Range) Product(sku string) (Product, bool) {
	i, ok := r.bySKU[sku]
	if !ok {
		return Product{}, false
	}
	return r.Products[i], true
}

// Range returns what the shop sells now. Many callers at once cause one query.
func (c *Catalog) Range(ctx context.Context) (*Range, error) {
	if r := c.current.Load(); r != nil && c.now().Before(r.recheck) {
		return r, nil
	}
	loaded := c.loading.DoChan("", func() (any, error) { return c.load(context.WithoutCancel(ctx)) })
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("products: %w", context.Cause(ctx))
	case result := <-loaded:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*Range), nil
	}
}

// load reads the source, and falls back to what was read before. The first caller's deadline must not
// decide for the others, hence its own.
func (c *Catalog) load(ctx context.Context) (*Range, error) {
	ctx, cancel := context.WithTimeout(ctx, catalogLoad)
	defer cancel()
	products, err := c.source.Products(ctx)
	last, now := c.current.Load(), c.now()
	switch {
	case err == nil:
		last = newRange(products, now)
	case last == nil || now.Sub(last.read) > catalogStale:
		return nil, fmt.Errorf("products: %w", err)
	default:
		last = &Range{Products: last.Products, bySKU: last.bySKU, read: last.read, recheck: now.Add(catalogRetry)}
	}
	c.current.Store(last)
	return last, nil
}

// Forget has the range read again at the next call of Range, because it has changed; by the source too, if that
// remembers products (it has the method Forget then).
func (c *Catalog) Forget(ctx context.Context) {
	if source, ok := c.source.(interface{ Forget(context.Context) }); ok {
		source.Forget(ctx)
	}
	if r := c.current.Load(); r != nil {
		c.current.CompareAndSwap(r, &Range{Products: r.Products, bySKU: r.bySKU, read: r.read})
	}
}

func newRange(products []Product, now time.Time) *Range {
	r := &Range{Products: products, bySKU: make(map[string]int, len(products)), read: now, recheck: now.Add(catalogFresh)}
	for i, p := range products {
		r.bySKU[p.SKU] = i
	}
	return r
}
