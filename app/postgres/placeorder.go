package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"myclothes/app/shop"
)

// PlaceOrder makes an order with the prices of now, in one transaction, and returns it with the position of the
// write. If there is one of this key, it is returned and created is false; a twin that is being made at this
// moment is waited for. Refusals of kind shop.ErrConflict: this or a later order of the cart was made already, or the
// address is not complete; of kind shop.ErrOutdated: a product is not sold any more, or the lines do not cost what
// the customer was shown. An account that is gone is shop.ErrUnauthenticated. After shop.ErrUnavailable the order may
// have been made; asking again with the same key tells.
func (db *DB) PlaceOrder(ctx context.Context, customer int64, c shop.Checkout) (o shop.Order, created bool, at shop.Position, err error) {
	err = db.write(ctx, func(ctx context.Context, q querier) error {
		return pgx.BeginFunc(ctx, q, func(tx pgx.Tx) error {
			o, created, err = placeOrder(ctx, tx, customer, c)
			return err
		})
	})
	if err != nil {
		return shop.Order{}, false, 0, fmt.Errorf("place order: %w", err)
	}
	at, err = db.Position(ctx)
	return o, created, at, err
}

// placeOrder inserts the order last, when nothing can be refused any more: a number is used up only for an order.
func placeOrder(ctx context.Context, tx pgx.Tx, customer int64, c shop.Checkout) (o shop.Order, created bool, err error) {
	if o.Name, o.Address, err = lockCustomer(ctx, tx, customer); err != nil {
		return shop.Order{}, false, err
	}
	if twin, err := selectOrder(ctx, tx, ofKey, customer, c.Key); !errors.Is(err, shop.ErrNotFound) {
		return twin, false, err
	}
	if err := checkCart(ctx, tx, customer, c); err != nil {
		return shop.Order{}, false, err
	}
	if err := shop.CheckDelivery(o.Name, o.Address); err != nil {
		return shop.Order{}, false, err
	}
	if o.Lines, err = selectLines(ctx, tx, c.Lines); err != nil {
		return shop.Order{}, false, err
	}
	if err := c.CheckPrices(o.Lines); err != nil {
		return shop.Order{}, false, err
	}
	o.TotalCents, o.Cart, o.CartOrder = shop.Total(o.Lines), c.Cart, c.CartOrder
	return insertOrder(ctx, tx, customer, c.Key, o)
}

// lockCustomer has a customer's orders made one after another, and none while the address changes. So what the
// transaction finds out after it holds until it ends.
func lockCustomer(ctx context.Context, tx pgx.Tx, customer int64) (name string, a shop.Address, err error) {
	const sql = `select name, street, postal_code, city, country from customers where id = $1 for no key update`
	err = tx.QueryRow(ctx, sql, customer).Scan(&name, &a.Street, &a.PostalCode, &a.City, &a.Country)
	return name, a, notSignedIn(err)
}

// checkCart refuses what was ordered from the cart already. It looks for later orders too: a cart that came back out of
// a failover may know fewer orders than were made from it.
func checkCart(ctx context.Context, tx pgx.Tx, customer int64, c shop.Checkout) error {
	const sql = `select exists (select from orders where customer_id = $1 and cart_id = $2 and cart_order >= $3)`
	var ordered bool
	if err := tx.QueryRow(ctx, sql, customer, c.Cart, c.CartOrder).Scan(&ordered); err != nil {
		return err
	}
	if ordered {
		return shop.Refuse(shop.ErrConflict, "something was ordered from this cart meanwhile: look at it again")
	}
	return nil
}

// selectLines returns those lines whose product is sold, with the names and prices of now.
func selectLines(ctx context.Context, tx pgx.Tx, lines []shop.OrderLine) ([]shop.OrderLine, error) {
	skus, quantities := make([]string, len(lines)), make([]int, len(lines))
	for i, line := range lines {
		skus[i], quantities[i] = line.SKU, line.Quantity
	}
	const sql = `select sku, name, quantity, price_cents
		from unnest($1::text[], $2::integer[]) as wanted (sku, quantity) join products using (sku)
		order by sku collate "C"`
	rows, err := tx.Query(ctx, sql, skus, quantities)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[shop.OrderLine])
}

// insertOrder inserts the order with its lines. The key can be taken, in spite of the lock, by a release that does not
// lock: then that order is returned. total_cents is for such a release too, and holds no more than an integer.
func insertOrder(ctx context.Context, tx pgx.Tx, customer int64, key string, o shop.Order) (_ shop.Order, created bool, err error) {
	const sql = `with placed as (
			insert into orders (customer_id, idempotency_key, cart_id, cart_order, name, street, postal_code, city, country, total_cents)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, least($10::bigint, 2147483647))
			on conflict (customer_id, idempotency_key) do nothing
			returning id, placed_at
		), lines as (
			insert into order_lines (order_id, sku, name, quantity, unit_price_cents)
			select placed.id, line.* from placed, unnest($11::text[], $12::text[], $13::integer[], $14::integer[]) as line
		)
		select id, placed_at from placed`
	a, n := o.Address, len(o.Lines)
	skus, names, quantities, prices := make([]string, n), make([]string, n), make([]int, n), make([]int, n)
	for i, line := range o.Lines {
		skus[i], names[i], quantities[i], prices[i] = line.SKU, line.Name, line.Quantity, line.UnitPriceCents
	}
	err = tx.QueryRow(ctx, sql, customer, key, o.Cart, o.CartOrder, o.Name, a.Street, a.PostalCode, a.City, a.Country,
		o.TotalCents, skus, names, quantities, prices).Scan(&o.ID, &o.PlacedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		o, err = selectOrder(ctx, tx, ofKey, customer, key)
		return o, false, err
	}
	return o, err == nil, err
}
