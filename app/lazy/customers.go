package lazy

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/redis"
	"myclothes/app/shop"
)

var customerConfig = Config{
	Name: "profiles", Format: 1, TTL: 5 * time.Minute, Missing: shop.ErrUnauthenticated, MissingTTL: 30 * time.Second,
}

// CustomerDatabase is where accounts are kept; see server.Customers.
type CustomerDatabase interface {
	CreateCustomer(ctx context.Context, email, name, passwordHash string) (shop.Customer, shop.Position, error)
	UpdateCustomer(ctx context.Context, id int64, p shop.Profile) (shop.Customer, shop.Position, error)
	SetPassword(ctx context.Context, id int64, passwordHash string) (shop.Position, error)
	DeleteCustomer(ctx context.Context, id int64) (shop.Position, error)
	Login(ctx context.Context, email string) (c shop.Customer, passwordHash string, at shop.Position, err error)
	// CustomerAsOf returns the customer as of the position or later, and as of which;
	// shop.ErrUnauthenticated if the account is gone.
	CustomerAsOf(ctx context.Context, id int64, after shop.Position) (shop.Customer, shop.Position, error)
}

// Customers are the accounts of the database, with the customers' profiles kept in the cache under their
// numbers. Passwords are not: signing in reads the database.
type Customers struct {
	CustomerDatabase
	cache *Cache[shop.Customer]
}

// NewCustomers returns the accounts of the database, with profiles kept in the cache; nil for none.
func NewCustomers(cache *redis.Optional, db CustomerDatabase) *Customers {
	return &Customers{CustomerDatabase: db, cache: New[shop.Customer](cache, customerConfig)}
}

// Customer returns the customer as of the position or later; shop.ErrUnauthenticated if the account is gone.
func (c *Customers) Customer(ctx context.Context, id int64, after shop.Position) (shop.Customer, error) {
	load := func(ctx context.Context, after shop.Position) (shop.Customer, shop.Position, error) {
		return c.CustomerAsOf(ctx, id, after)
	}
	customer, err := c.cache.Get(ctx, customerKey(id), after, load)
	if err != nil {
		return shop.Customer{}, err
	}
	customer.ID = id // which is not in the JSON
	return customer, nil
}

// UpdateCustomer changes the profile and returns the customer with the position of the write. The profile
// is forgotten after a failure too: it may have been written.
func (c *Customers) UpdateCustomer(ctx context.Context, id int64, p shop.Profile) (shop.Customer, shop.Position, error) {
	customer, wrote, err := c.CustomerDatabase.UpdateCustomer(ctx, id, p)
	c.cache.Forget(ctx, customerKey(id), wrote)
	return customer, wrote, err
}

// DeleteCustomer deletes the account and returns the position of the write. The profile is forgotten after a failure
// too: it may have been deleted.
func (c *Customers) DeleteCustomer(ctx context.Context, id int64) (shop.Position, error) {
	wrote, err := c.CustomerDatabase.DeleteCustomer(ctx, id)
	c.cache.Forget(ctx, customerKey(id), wrote)
	return wrote, err
}

// Metrics are those of the cache, to be registered once.
func (c *Customers) Metrics() prometheus.Collector { return c.cache.Metrics() }

func customerKey(id int64) string { return strconv.FormatInt(id, 10) }
