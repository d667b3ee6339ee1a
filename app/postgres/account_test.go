package postgres

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/ordertest"
	"myclothes/app/shop"
)

// join opens an account without an address.
func join(t *testing.T, db *DB, email string) int64 {
	t.Helper()
	c, _, err := db.CreateCustomer(t.Context(), email, "Ada", "hash")
	require.NoError(t, err)
	return c.ID
}

func newPassword(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	ada, bob := join(t, db, "ada@example.com"), join(t, db, "bob@example.com")
	_, _, before, err := db.Login(t.Context(), "ada@example.com")
	require.NoError(t, err)
	at, err := db.SetPassword(t.Context(), ada, "another hash")
	require.NoError(t, err)
	require.Greater(t, at, before)
	for email, want := range map[string]string{"ada@example.com": "another hash", "bob@example.com": "hash"} {
		_, hash, _, err := db.Login(t.Context(), email)
		require.NoError(t, err)
		require.Equal(t, want, hash)
	}
	_, err = db.SetPassword(t.Context(), bob+1, "x")
	require.ErrorIs(t, err, shop.ErrUnauthenticated)
}

func deleteAccount(t *testing.T, server *apptest.Postgres, database string) {
	db, ada := sell(t, server, database)
	email := "ada-1@example.com" // of the first to join
	placed, _, _, err := db.PlaceOrder(t.Context(), ada, ordertest.Checkout())
	require.NoError(t, err)
	at, err := db.DeleteCustomer(t.Context(), ada)
	require.NoError(t, err)

	require.Zero(t, rows(t, server, database, "customers"))
	_, err = db.Customer(t.Context(), ada, at)
	require.ErrorIs(t, err, shop.ErrUnauthenticated)
	_, _, _, err = db.PlaceOrder(t.Context(), ada, ordertest.Checkout())
	require.ErrorIs(t, err, shop.ErrUnauthenticated)
	_, err = db.DeleteCustomer(t.Context(), ada)
	require.ErrorIs(t, err, shop.ErrUnauthenticated)

	var kept string
	server.Scalar(database, &kept, `select concat_ws('|', o.id, o.name, street, postal_code, city, country, total_cents, count(*))
		from orders o join order_lines l on l.order_id = o.id group by o.id`)
	a := ordertest.Home
	want := fmt.Sprintf("%d|Ada|%s|%s|%s|%s|%d|%d", placed.ID, a.Street, a.PostalCode, a.City, a.Country, placed.TotalCents, len(placed.Lines))
	require.Equal(t, want, kept, "for the books")

	again := join(t, db, email)
	require.NotEqual(t, ada, again)
	orders, err := db.Orders(t.Context(), again, 0)
	require.NoError(t, err)
	require.Empty(t, orders, "whoever has the address next does not see them")
}

func deleteWhileOrdering(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	s := newOrderShop(t, server, database, db)
	s.Sell("test-coat", 24900)
	s.Sell("test-tee", 2900)
	for range 10 {
		id := s.Join(ordertest.Home)
		before := rows(t, server, database, "orders")
		var both sync.WaitGroup
		var ordered, deleted error
		both.Go(func() { _, _, _, ordered = db.PlaceOrder(t.Context(), id, ordertest.Checkout()) })
		both.Go(func() { _, deleted = db.DeleteCustomer(t.Context(), id) })
		both.Wait()
		require.NoError(t, deleted)
		if ordered != nil {
			require.ErrorIs(t, ordered, shop.ErrUnauthenticated)
			require.Equal(t, before, rows(t, server, database, "orders"))
		} else {
			require.Equal(t, before+1, rows(t, server, database, "orders"))
		}
	}
	require.Zero(t, rows(t, server, database, "customers"))
}
