package postgres

import (
	"context"
	"fmt"

	"myclothes/app/shop"
)

// SetPassword replaces the hash of the password and returns the position of the write. An account that is gone is
// shop.ErrUnauthenticated.
func (db *DB) SetPassword(ctx context.Context, id int64, passwordHash string) (shop.Position, error) {
	const sql = `update customers set password_hash = $2, updated_at = now() where id = $1 returning ` + customerColumns
	_, at, err := db.writeCustomer(ctx, sql, id, passwordHash)
	if err != nil {
		return 0, fmt.Errorf("set password: %w", notSignedIn(err))
	}
	return at, nil
}

// DeleteCustomer deletes the account, which frees its e-mail address, and returns the position of the write. An
// account that is gone is shop.ErrUnauthenticated. Orders stay and are nobody's: an invoice names who bought (in the
// EU, directive 2006/112/EC, article 226), must be kept for years, and is therefore not to be erased on demand
// (GDPR, article 17, 3 b).
func (db *DB) DeleteCustomer(ctx context.Context, id int64) (shop.Position, error) {
	const sql = `delete from customers where id = $1 returning ` + customerColumns
	_, at, err := db.writeCustomer(ctx, sql, id)
	if err != nil {
		return 0, fmt.Errorf("delete customer: %w", notSignedIn(err))
	}
	return at, nil
}
