package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"myclothes/app/shop"
)

// ProductsAsOf implements catalog.Source. It asks a replica that shows everything written before after, or the writer.
func (db *DB) ProductsAsOf(ctx context.Context, after shop.Position) (products []shop.Product, at shop.Position, err error) {
	const sql = `select sku, name, category, colour, description, price_cents from products order by position, sku`
	at, err = db.read(ctx, after, func(ctx context.Context, q querier) error {
		rows, err := q.Query(ctx, sql)
		if err != nil {
			return err
		}
		products, err = pgx.CollectRows(rows, pgx.RowToStructByPos[shop.Product])
		return err
	})
	if err != nil {
		return nil, at, fmt.Errorf("read products: %w", err)
	}
	return products, at, nil
}

// Position implements catalog.Source. It returns how far the database has been written: whatever was committed before the call lies
// before it.
func (db *DB) Position(ctx context.Context) (at shop.Position, err error) {
	err = db.write(ctx, func(ctx context.Context, q querier) error {
		at, err = position(ctx, q)
		return err
	})
	return at, err
}
