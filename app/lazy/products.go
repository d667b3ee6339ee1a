package lazy

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/redis"
	"myclothes/app/shop"
)

var productConfig = Config{Name: "products", Format: 1, TTL: time.Minute}

// allProducts is the one key: a shop that shows its window needs all of them.
const allProducts = "all"

// ProductDatabase is where products are kept.
type ProductDatabase interface {
	// ProductsAsOf returns all products as of the position or later, and as of which.
	ProductsAsOf(ctx context.Context, after shop.Position) ([]shop.Product, shop.Position, error)
	// Position returns a position behind everything committed before the call.
	Position(ctx context.Context) (shop.Position, error)
}

// Products is a shop.ProductSource that keeps the products in the cache.
type Products struct {
	db    ProductDatabase
	cache *Cache[[]shop.Product]
}

var _ shop.ProductSource = (*Products)(nil)

// NewProducts returns the products of the database, kept in the cache; nil for none.
func NewProducts(cache *redis.Optional, db ProductDatabase) *Products {
	return &Products{db: db, cache: New[[]shop.Product](cache, productConfig)}
}

// Products implements shop.ProductSource.
func (p *Products) Products(ctx context.Context) ([]shop.Product, error) {
	return p.cache.Get(ctx, allProducts, 0, p.db.ProductsAsOf)
}

// Forget says that a product was changed before the call: whoever asks for products afterwards, on any
// instance, sees it, even if the replicas are behind.
func (p *Products) Forget(ctx context.Context) {
	changed, err := p.db.Position(ctx)
	if err != nil {
		changed = 0 // the writer is away: then nobody can tell more than the replicas do
	}
	p.cache.Forget(ctx, allProducts, changed)
}

// Metrics are those of the cache, to be registered once.
func (p *Products) Metrics() prometheus.Collector { return p.cache.Metrics() }
