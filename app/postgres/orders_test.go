package postgres

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/ordertest"
	"myclothes/app/shop"
)

// newOrderShop is a database with what the tests of package ordertest do to it.
func newOrderShop(t *testing.T, server *apptest.Postgres, database string, db *DB) ordertest.Shop {
	var customers atomic.Int32
	move := func(customer int64, a shop.Address) {
		_, _, err := db.UpdateCustomer(t.Context(), customer, shop.Profile{Name: "Ada", Address: a})
		require.NoError(t, err)
	}
	return ordertest.Shop{
		Orders: db,
		Join: func(a shop.Address) int64 {
			c, _, err := db.CreateCustomer(t.Context(), fmt.Sprintf("ada-%d@example.com", customers.Add(1)), "Ada", "hash")
			require.NoError(t, err)
			move(c.ID, a)
			return c.ID
		},
		Move: move,
		Sell: func(sku string, price int) {
			server.Exec(database, `insert into products (sku, name, category, colour, description, price_cents, position)
				values ($1, $1, 'Tests', '#000000', '', $2, 1) on conflict (sku) do update set price_cents = $2`, sku, price)
		},
	}
}

// sell opens a shop in which a customer may order ordertest.Checkout.
func sell(t *testing.T, server *apptest.Postgres, database string) (db *DB, customer int64) {
	db = openMigrated(t, server, database)
	s := newOrderShop(t, server, database, db)
	s.Sell("test-coat", 24900)
	s.Sell("test-tee", 2900)
	return db, s.Join(ordertest.Home)
}

func orderContract(t *testing.T, server *apptest.Postgres, database string) {
	template := openMigrated(t, server, database)
	template.Close() // PostgreSQL copies only what nobody is connected to
	var shops atomic.Int32
	ordertest.Run(t, func(t *testing.T) ordertest.Shop {
		copied := fmt.Sprintf("%s_%d", database, shops.Add(1))
		server.Exec("postgres", "create database "+copied+" template "+database)
		return newOrderShop(t, server, copied, open(t, copied, server.Addr))
	})
}

// orderSideBySide runs the statements of the release before, which knows no carts, locks nothing, and keeps totals in
// an integer.
func orderSideBySide(t *testing.T, server *apptest.Postgres, database string) {
	const insert = `insert into orders (customer_id, idempotency_key, name, street, postal_code, city, country, total_cents)
		select id, $2, name, street, postal_code, city, country, $3 from customers where id = $1
		on conflict (customer_id, idempotency_key) do nothing
		returning id, placed_at, name, street, postal_code, city, country, total_cents`
	const insertLines = `insert into order_lines (order_id, sku, name, quantity, unit_price_cents)
		select id, 'test-tee', 'Tee', 1, 2900 from orders where idempotency_key = 'before'`
	db, customer := sell(t, server, database)
	server.Exec(database, insert, customer, "before", 2900)
	server.Exec(database, insertLines)
	before, _, err := db.OrderByKey(t.Context(), customer, "before")
	require.NoError(t, err)
	require.Equal(t, 2900, before.TotalCents)
	require.Empty(t, before.Cart)
	same := ordertest.Checkout()
	same.Key = "before"
	found, created, _, err := db.PlaceOrder(t.Context(), customer, same)
	require.NoError(t, err)
	require.False(t, created)
	require.Equal(t, before, found)

	placed, created, _, err := db.PlaceOrder(t.Context(), customer, ordertest.Checkout())
	require.NoError(t, err)
	require.True(t, created)
	var total int32
	server.Scalar(database, &total, "select total_cents from orders where id = $1", placed.ID)
	require.EqualValues(t, placed.TotalCents, total)
	server.Exec(database, "update products set price_cents = 2000000000")
	huge := ordertest.Checkout()
	huge.Key, huge.CartOrder = "huge", 2
	for i := range huge.Lines {
		huge.Lines[i].UnitPriceCents = 2_000_000_000
	}
	placed, _, _, err = db.PlaceOrder(t.Context(), customer, huge)
	require.NoError(t, err)
	require.Equal(t, 3*2_000_000_000, placed.TotalCents)
	server.Scalar(database, &total, "select total_cents from orders where id = $1", placed.ID)
	require.EqualValues(t, 1<<31-1, total)
}

// orderMigration interrupts a migration that is no transaction between its statements, and looks at what comes out.
func orderMigration(t *testing.T, server *apptest.Postgres, database string) {
	openMigrated(t, server, database)
	file, err := migrations.ReadFile("migrations/004_cart_orders.sql")
	require.NoError(t, err)
	for _, interrupt := range []string{"drop index orders_of_cart", "alter table orders drop column cart_id, drop column cart_order", "select"} {
		server.Exec(database, interrupt)
		server.Exec(database, string(file))
		var keeps bool
		server.Scalar(database, &keeps, "select indisunique and indisvalid from pg_index where indexrelid = 'orders_of_cart'::regclass")
		require.True(t, keeps)
	}
}

// orderInDoubt ends the writer's connections while orders are being made, some of them between the commit and its
// answer, and asks again as a customer would.
func orderInDoubt(t *testing.T, server *apptest.Postgres, database string) {
	db, customer := sell(t, server, database)
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
		c := ordertest.Checkout()
		c.Key, c.CartOrder = fmt.Sprint("order-", i), int64(i)
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

func rows(t *testing.T, server *apptest.Postgres, database, table string) (n int) {
	t.Helper()
	server.Scalar(database, &n, "select count(*) from "+table)
	return n
}

func (r *replicas) readOwnOrder(t *testing.T) {
	_, _, err := r.db.UpdateCustomer(t.Context(), r.customer.ID, shop.Profile{Name: "Grace", Address: ordertest.Home})
	require.NoError(t, err)
	c := ordertest.Checkout()
	c.Lines = []shop.OrderLine{{SKU: "tee-ecru", Quantity: 1, UnitPriceCents: 2900}}
	r.pauseReplay(t)
	defer r.resumeReplay(t)
	var order shop.Order
	order, _, r.wrote, err = r.db.PlaceOrder(t.Context(), r.customer.ID, c)
	require.NoError(t, err)
	orders, err := r.db.Orders(t.Context(), r.customer.ID, r.wrote)
	require.NoError(t, err)
	require.Equal(t, []shop.Order{order}, orders)
	receipts, at, err := r.db.Receipts(t.Context(), r.customer.ID, c.Cart, 0)
	require.NoError(t, err)
	require.Equal(t, []shop.Receipt{order.Receipt()}, receipts, "it asks the writer")
	require.GreaterOrEqual(t, at, r.wrote)
	_, err = r.db.Order(t.Context(), r.customer.ID, order.ID, 0)
	require.ErrorIs(t, err, shop.ErrNotFound, "the replica does lag, so the above was the writer")
}
