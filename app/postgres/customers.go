package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"myclothes/app/shop"
)

const customerColumns = `id, email, name, street, postal_code, city, country`

func scanCustomer(c *shop.Customer) []any {
	a := &c.Address
	return []any{&c.ID, &c.Email, &c.Name, &a.Street, &a.PostalCode, &a.City, &a.Country}
}

// CreateCustomer opens an account and returns it with the position of the write. A Refusal of kind
// shop.ErrConflict says that there is one for the address already. The arguments are normalized.
func (db *DB) CreateCustomer(ctx context.Context, email, name, passwordHash string) (shop.Customer, shop.Position, error) {
	const sql = `insert into customers (email, name, password_hash) values ($1, $2, $3) returning ` + customerColumns
	customer, at, err := db.writeCustomer(ctx, sql, email, name, passwordHash)
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == uniqueViolation {
		return shop.Customer{}, 0, shop.Refuse(shop.ErrConflict, "there is an account with this email address already: sign in")
	}
	if err != nil {
		return shop.Customer{}, 0, fmt.Errorf("create customer: %w", err)
	}
	return customer, at, nil
}

// UpdateCustomer changes the profile and returns the customer with the position of the write.
func (db *DB) UpdateCustomer(ctx context.Context, id int64, p shop.Profile) (shop.Customer, shop.Position, error) {
	const sql = `update customers set name = $2, street = $3, postal_code = $4, city = $5, country = $6, updated_at = now()
		where id = $1 returning ` + customerColumns
	customer, at, err := db.writeCustomer(ctx, sql, id, p.Name, p.Address.Street, p.Address.PostalCode, p.Address.City, p.Address.Country)
	if err != nil {
		return shop.Customer{}, 0, fmt.Errorf("update customer: %w", notSignedIn(err))
	}
	return customer, at, nil
}

// writeCustomer runs a statement that returns the customer, and then asks how far the log was written:
// the statement has been committed by then, so the position lies behind it.
func (db *DB) writeCustomer(ctx context.Context, sql string, args ...any) (c shop.Customer, at shop.Position, err error) {
	err = db.write(ctx, func(ctx context.Context, q querier) error {
		return q.QueryRow(ctx, sql, args...).Scan(scanCustomer(&c)...)
	})
	if err != nil {
		return c, 0, err
	}
	at, err = db.Position(ctx)
	return c, at, err
}

// Customer returns the customer as they left it: everything they wrote before the position shows. An
// account that is gone is shop.ErrUnauthenticated.
func (db *DB) Customer(ctx context.Context, id int64, after shop.Position) (shop.Customer, error) {
	customer, _, err := db.CustomerAsOf(ctx, id, after)
	return customer, err
}

// CustomerAsOf is Customer, and says which position the answer is as of, an account that is gone too.
func (db *DB) CustomerAsOf(ctx context.Context, id int64, after shop.Position) (c shop.Customer, at shop.Position, err error) {
	const sql = `select ` + customerColumns + ` from customers where id = $1`
	at, err = db.read(ctx, after, func(ctx context.Context, q querier) error {
		return q.QueryRow(ctx, sql, id).Scan(scanCustomer(&c)...)
	})
	if err != nil {
		return shop.Customer{}, at, fmt.Errorf("read customer: %w", notSignedIn(err))
	}
	return c, at, nil
}

// Login is what signing in needs to know, read from the writer: the account may be a moment old. The
// hash is empty if there is no account with the address.
func (db *DB) Login(ctx context.Context, email string) (c shop.Customer, passwordHash string, at shop.Position, err error) {
	const sql = `select ` + customerColumns + `, password_hash, (pg_current_wal_insert_lsn() - '0/0')::bigint
		from customers where email = $1`
	err = db.write(ctx, func(ctx context.Context, q querier) error {
		return q.QueryRow(ctx, sql, email).Scan(append(scanCustomer(&c), &passwordHash, &at)...)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return shop.Customer{}, "", 0, nil
	}
	if err != nil {
		return shop.Customer{}, "", 0, fmt.Errorf("read login: %w", err)
	}
	return c, passwordHash, at, nil
}

func notSignedIn(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return shop.ErrUnauthenticated
	}
	return err
}
