package postgres

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

var (
	home = shop.Profile{Name: "Ada", Address: shop.Address{Street: "1 Rue", PostalCode: "75001", City: "Paris", Country: "France"}}

	// checkout is two tees and a coat at the prices of the migrations.
	checkout = shop.Checkout{
		Key: "key", TotalCents: 2*2900 + 24900,
		Lines: []shop.Line{{SKU: "coat-wool-camel", Quantity: 1}, {SKU: "tee-ecru", Quantity: 2}},
	}
)

// newCustomer opens an account with an address.
func newCustomer(t *testing.T, db *DB, email string) int64 {
	t.Helper()
	c, _, err := db.CreateCustomer(t.Context(), email, home.Name, "hash")
	require.NoError(t, err)
	_, _, err = db.UpdateCustomer(t.Context(), c.ID, home)
	require.NoError(t, err)
	return c.ID
}

func rows(t *testing.T, server *apptest.Postgres, database, table string) (n int) {
	t.Helper()
	server.Scalar(database, &n, "select count(*) from "+table)
	return n
}

func orderFixesPrices(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	customer := newCustomer(t, db, "ada@example.com")
	placed, created, at, err := db.PlaceOrder(t.Context(), customer, checkout)
	require.NoError(t, err)
	require.True(t, created)
	require.Positive(t, at)
	require.Equal(t, []shop.OrderLine{
		{SKU: "coat-wool-camel", Name: "Wool coat, camel", Quantity: 1, UnitPriceCents: 24900},
		{SKU: "tee-ecru", Name: "Heavy tee, ecru", Quantity: 2, UnitPriceCents: 2900},
	}, placed.Lines)
	require.Equal(t, checkout.Lines, placed.Receipt().Lines)
	require.Equal(t, checkout.TotalCents, placed.TotalCents)
	require.Equal(t, home.Address, placed.Address)

	server.Exec(database, "update products set price_cents = 1, name = 'Sale'")
	_, _, err = db.UpdateCustomer(t.Context(), customer, shop.Profile{Name: "Countess"})
	require.NoError(t, err)
	later, err := db.Orders(t.Context(), customer, at)
	require.NoError(t, err)
	require.Equal(t, []shop.Order{placed}, later)
}

func orderOnce(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	customer := newCustomer(t, db, "ada@example.com")
	var made atomic.Int32
	var clicks sync.WaitGroup
	ids := make([]int64, 30)
	for i := range ids {
		clicks.Go(func() {
			order, created, _, err := db.PlaceOrder(t.Context(), customer, checkout)
			if err == nil && created {
				made.Add(1)
			}
			ids[i] = order.ID
		})
	}
	clicks.Wait()
	require.EqualValues(t, 1, made.Load())
	for _, id := range ids {
		require.Positive(t, id)
		require.Equal(t, ids[0], id, "everybody gets the one order")
	}
	require.Equal(t, 1, rows(t, server, database, "orders"))
	require.Equal(t, 2, rows(t, server, database, "order_lines"))
}

func orderTwice(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	ada, grace := newCustomer(t, db, "ada@example.com"), newCustomer(t, db, "grace@example.com")
	for _, customer := range []int64{ada, grace} {
		for _, key := range []string{"one", "two"} {
			c := checkout
			c.Key = key
			_, created, _, err := db.PlaceOrder(t.Context(), customer, c)
			require.NoError(t, err)
			require.True(t, created)
		}
	}
	orders, err := db.Orders(t.Context(), ada, 0)
	require.NoError(t, err)
	require.Len(t, orders, 2)
	require.Greater(t, orders[0].ID, orders[1].ID, "newest first")
}

func orderRefused(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	customer := newCustomer(t, db, "ada@example.com")
	homeless, _, err := db.CreateCustomer(t.Context(), "bob@example.com", "Bob", "hash")
	require.NoError(t, err)
	for want, attempt := range map[string]struct {
		customer int64
		change   func(*shop.Checkout)
	}{
		"not sold any more": {customer, func(c *shop.Checkout) { c.Lines = append(c.Lines, shop.Line{SKU: "gone", Quantity: 1}) }},
		"a price has":       {customer, func(c *shop.Checkout) { c.TotalCents-- }},
		"street is missing": {homeless.ID, func(*shop.Checkout) {}},
	} {
		c := checkout
		attempt.change(&c)
		_, _, _, err := db.PlaceOrder(t.Context(), attempt.customer, c)
		require.ErrorIs(t, err, shop.ErrConflict, want)
		require.ErrorContains(t, err, want)
	}
	_, _, _, err = db.PlaceOrder(t.Context(), 1<<40, checkout)
	require.ErrorIs(t, err, shop.ErrUnauthenticated)
	require.Zero(t, rows(t, server, database, "orders"))
	require.Zero(t, rows(t, server, database, "order_lines"))
	_, _, err = db.OrderByKey(t.Context(), customer, checkout.Key)
	require.ErrorIs(t, err, shop.ErrNotFound)
}

// orderInDoubt ends the writer's connections while orders are being made, some of them between the commit and its
// answer, and asks again as a customer would.
func orderInDoubt(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	customer := newCustomer(t, db, "ada@example.com")
	ctx, stop := context.WithCancel(t.Context())
	var breaking sync.WaitGroup
	var broken atomic.Int32
	breaking.Go(func() {
		for ctx.Err() == nil {
			server.Exec("postgres", "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", database)
			broken.Add(1)
		}
	})
	apptest.Eventually(t, func() bool { return broken.Load() > 0 }, "connections break")
	const orders = 20
	for i := range orders {
		c := checkout
		c.Key = fmt.Sprint("order-", i)
		apptest.Eventually(t, func() bool {
			_, _, _, err := db.PlaceOrder(t.Context(), customer, c)
			return err == nil
		}, "asking again succeeds")
	}
	stop()
	breaking.Wait()
	require.Equal(t, orders, rows(t, server, database, "orders"))
	require.Equal(t, 2*orders, rows(t, server, database, "order_lines"))
}

func orderPrivate(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	ada, grace := newCustomer(t, db, "ada@example.com"), newCustomer(t, db, "grace@example.com")
	order, _, _, err := db.PlaceOrder(t.Context(), ada, checkout)
	require.NoError(t, err)
	_, err = db.Order(t.Context(), grace, order.ID, 0)
	require.ErrorIs(t, err, shop.ErrNotFound)
	_, _, err = db.OrderByKey(t.Context(), grace, checkout.Key)
	require.ErrorIs(t, err, shop.ErrNotFound)
	found, err := db.Order(t.Context(), ada, order.ID, 0)
	require.NoError(t, err)
	require.Equal(t, order, found)
}

func (r *replicas) readOwnOrder(t *testing.T) {
	_, _, err := r.db.UpdateCustomer(t.Context(), r.customer.ID, home)
	require.NoError(t, err)
	r.pauseReplay(t)
	defer r.resumeReplay(t)
	var order shop.Order
	order, _, r.wrote, err = r.db.PlaceOrder(t.Context(), r.customer.ID, checkout)
	require.NoError(t, err)
	orders, err := r.db.Orders(t.Context(), r.customer.ID, r.wrote)
	require.NoError(t, err)
	require.Equal(t, []shop.Order{order}, orders)
	_, err = r.db.Order(t.Context(), r.customer.ID, order.ID, 0)
	require.ErrorIs(t, err, shop.ErrNotFound, "the replica does lag, so the above was the writer")
}
