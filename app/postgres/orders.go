package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"myclothes/app/shop"
)

// latestOrders is how many orders a customer is shown.
const latestOrders = 50

// errTwin says that there is an order of this key already.
var errTwin = shop.Refuse(shop.ErrConflict, "there is such an order already")

// PlaceOrder makes an order with the prices of now, in one transaction, and returns it with the position of the
// write. If there is one of this key, it is returned and created is false; a twin that is being made at this
// moment is waited for. Refusals of kind shop.ErrConflict: a product is not sold any more, the lines do not cost
// what the customer was shown, the address is not complete. An account that is gone is shop.ErrUnauthenticated.
// After shop.ErrUnavailable the order may have been made; asking again with the same key tells.
func (db *DB) PlaceOrder(ctx context.Context, customer int64, c shop.Checkout) (o shop.Order, created bool, at shop.Position, err error) {
	err = db.write(ctx, func(ctx context.Context, q querier) error {
		return pgx.BeginFunc(ctx, q, func(tx pgx.Tx) error {
			o, err = insertOrder(ctx, tx, customer, c)
			return err
		})
	})
	if errors.Is(err, errTwin) {
		o, at, err = db.OrderByKey(ctx, customer, c.Key)
		return o, false, at, err
	}
	if err != nil {
		return shop.Order{}, false, 0, fmt.Errorf("place order: %w", err)
	}
	at, err = db.Position(ctx)
	return o, true, at, err
}

func insertOrder(ctx context.Context, tx pgx.Tx, customer int64, c shop.Checkout) (o shop.Order, err error) {
	const sql = `insert into orders (customer_id, idempotency_key, name, street, postal_code, city, country, total_cents)
		select id, $2, name, street, postal_code, city, country, $3 from customers where id = $1
		on conflict (customer_id, idempotency_key) do nothing
		returning id, placed_at, name, street, postal_code, city, country, total_cents`
	err = tx.QueryRow(ctx, sql, customer, c.Key, c.TotalCents).Scan(scanOrder(&o)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return shop.Order{}, missing(ctx, tx, customer)
	}
	if err != nil {
		return shop.Order{}, err
	}
	if err := shop.CheckDelivery(o.Name, o.Address); err != nil {
		return shop.Order{}, err
	}
	if o.Lines, err = insertLines(ctx, tx, o.ID, c.Lines); err != nil {
		return shop.Order{}, err
	}
	return o, checkLines(o, c)
}

// missing says why nothing was inserted: the account is gone, or there is such an order.
func missing(ctx context.Context, tx pgx.Tx, customer int64) error {
	var exists bool
	if err := tx.QueryRow(ctx, `select exists (select from customers where id = $1)`, customer).Scan(&exists); err != nil {
		return err
	}
	if !exists {
		return shop.ErrUnauthenticated
	}
	return errTwin
}

func insertLines(ctx context.Context, tx pgx.Tx, order int64, lines []shop.Line) ([]shop.OrderLine, error) {
	skus, quantities := make([]string, len(lines)), make([]int, len(lines))
	for i, line := range lines {
		skus[i], quantities[i] = line.SKU, line.Quantity
	}
	const sql = `insert into order_lines (order_id, sku, name, quantity, unit_price_cents)
		select $1, sku, name, quantity, price_cents
		from unnest($2::text[], $3::integer[]) as wanted (sku, quantity) join products using (sku)
		order by sku collate "C"
		returning sku, name, quantity, unit_price_cents`
	rows, err := tx.Query(ctx, sql, order, skus, quantities)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[shop.OrderLine])
}

// checkLines refuses an order that is not what the customer agreed to.
func checkLines(o shop.Order, c shop.Checkout) error {
	if len(o.Lines) != len(c.Lines) {
		return shop.Refuse(shop.ErrConflict, "something in the cart is not sold any more: look at the cart again")
	}
	total := 0
	for _, line := range o.Lines {
		total += line.TotalCents()
	}
	if total != c.TotalCents {
		return shop.Refuse(shop.ErrConflict, "a price has changed: look at the cart again")
	}
	return nil
}

// Orders returns the customer's latest orders, newest first, as of the position or later.
func (db *DB) Orders(ctx context.Context, customer int64, after shop.Position) (orders []shop.Order, err error) {
	const latest = `o.id in (select id from orders where customer_id = $1 order by id desc limit $2)`
	_, err = db.read(ctx, after, func(ctx context.Context, q querier) error {
		orders, err = selectOrders(ctx, q, latest, customer, latestOrders)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	return orders, nil
}

// Order returns one order of the customer, as of the position or later; shop.ErrNotFound if they have none of
// this number.
func (db *DB) Order(ctx context.Context, customer, id int64, after shop.Position) (o shop.Order, err error) {
	_, err = db.read(ctx, after, func(ctx context.Context, q querier) error {
		o, err = selectOrder(ctx, q, `o.id = $2`, customer, id)
		return err
	})
	if err != nil {
		return shop.Order{}, fmt.Errorf("read order: %w", err)
	}
	return o, nil
}

// OrderByKey returns the customer's order of this key with a position at which it shows; shop.ErrNotFound if there
// is none. It asks the writer: the order may be a moment old.
func (db *DB) OrderByKey(ctx context.Context, customer int64, key string) (o shop.Order, at shop.Position, err error) {
	err = db.write(ctx, func(ctx context.Context, q querier) error {
		o, err = selectOrder(ctx, q, `o.idempotency_key = $2`, customer, key)
		return err
	})
	if err != nil {
		return shop.Order{}, 0, fmt.Errorf("read order: %w", err)
	}
	at, err = db.Position(ctx)
	return o, at, err
}

func selectOrder(ctx context.Context, q querier, which string, customer int64, value any) (shop.Order, error) {
	orders, err := selectOrders(ctx, q, which, customer, value)
	if err == nil && len(orders) == 0 {
		err = shop.ErrNotFound
	}
	if err != nil {
		return shop.Order{}, err
	}
	return orders[0], nil
}

// selectOrders returns the customer's ($1) orders that a condition on value ($2) selects, newest first.
func selectOrders(ctx context.Context, q querier, which string, customer int64, value any) (orders []shop.Order, err error) {
	sql := `select o.id, o.placed_at, o.name, o.street, o.postal_code, o.city, o.country, o.total_cents,
			l.sku, l.name, l.quantity, l.unit_price_cents
		from orders o join order_lines l on l.order_id = o.id
		where o.customer_id = $1 and ` + which + `
		order by o.id desc, l.sku collate "C"`
	rows, err := q.Query(ctx, sql, customer, value)
	if err != nil {
		return nil, err
	}
	var o shop.Order
	var line shop.OrderLine
	fields := append(scanOrder(&o), &line.SKU, &line.Name, &line.Quantity, &line.UnitPriceCents)
	_, err = pgx.ForEachRow(rows, fields, func() error {
		if len(orders) == 0 || orders[len(orders)-1].ID != o.ID {
			orders = append(orders, o)
		}
		last := &orders[len(orders)-1]
		last.Lines = append(last.Lines, line)
		return nil
	})
	return orders, err
}

func scanOrder(o *shop.Order) []any {
	a := &o.Address
	return []any{&o.ID, &o.PlacedAt, &o.Name, &a.Street, &a.PostalCode, &a.City, &a.Country, &o.TotalCents}
}
