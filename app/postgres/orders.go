package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"myclothes/app/shop"
)

// latestOrders is how many orders a customer is shown.
const latestOrders = 50

// ofKey is the condition of selectOrder on the key of an order.
const ofKey = `o.idempotency_key = $2`

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
		o, err = selectOrder(ctx, q, ofKey, customer, key)
		return err
	})
	if err != nil {
		return shop.Order{}, 0, fmt.Errorf("read order: %w", err)
	}
	at, err = db.Position(ctx)
	return o, at, err
}

// Receipts returns what was ordered from the customer's cart with this ID, of orders with numbers after the given one,
// lowest first, with a position at which they show; 0 if there are none. It asks the writer, as OrderByKey does.
func (db *DB) Receipts(ctx context.Context, customer int64, cart string, after int64) (receipts []shop.Receipt, at shop.Position, err error) {
	var orders []shop.Order
	err = db.write(ctx, func(ctx context.Context, q querier) error {
		orders, err = selectOrders(ctx, q, `o.cart_id = $2 and o.cart_order > $3`, customer, cart, after)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read receipts: %w", err)
	}
	if len(orders) == 0 {
		return nil, 0, nil
	}
	for _, o := range orders {
		receipts = append(receipts, o.Receipt())
	}
	slices.SortFunc(receipts, func(a, b shop.Receipt) int { return cmp.Compare(a.Number, b.Number) })
	at, err = db.Position(ctx)
	return receipts, at, err
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

// selectOrders returns the customer's ($1) orders that a condition on values ($2 and so on) selects, newest first.
func selectOrders(ctx context.Context, q querier, which string, customer int64, values ...any) (orders []shop.Order, err error) {
	sql := `select o.id, o.placed_at, o.name, o.street, o.postal_code, o.city, o.country,
			coalesce(o.cart_id, ''), coalesce(o.cart_order, 0), l.sku, l.name, l.quantity, l.unit_price_cents
		from orders o join order_lines l on l.order_id = o.id
		where o.customer_id = $1 and ` + which + `
		order by o.id desc, l.sku collate "C"`
	rows, err := q.Query(ctx, sql, append([]any{customer}, values...)...)
	if err != nil {
		return nil, err
	}
	var o shop.Order
	var line shop.OrderLine
	a := &o.Address
	fields := []any{&o.ID, &o.PlacedAt, &o.Name, &a.Street, &a.PostalCode, &a.City, &a.Country, &o.Cart, &o.CartOrder,
		&line.SKU, &line.Name, &line.Quantity, &line.UnitPriceCents}
	_, err = pgx.ForEachRow(rows, fields, func() error {
		if len(orders) == 0 || orders[len(orders)-1].ID != o.ID {
			orders = append(orders, o)
		}
		last := &orders[len(orders)-1]
		last.Lines = append(last.Lines, line)
		last.TotalCents += line.TotalCents()
		return nil
	})
	return orders, err
}
