package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"myclothes/app/shop"
)

var _ shop.ProductSource = (*DB)(nil)

// Products implements shop.ProductSource. It asks a replica, which may be some moments behind.
func (db *DB) Products(ctx context.Context) (products []shop.Product, err error) {
	const sql = `select sku, name, category, colour, description, price_cents from products order by position, sku`
	err = db.read(ctx, 0, func(ctx context.Context, q querier) error {
		rows, err := q.Query(ctx, sql)
		if err != nil {
			return err
		}
		products, err = pgx.CollectRows(rows, pgx.RowToStructByPos[shop.Product])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	return products, nil
}
