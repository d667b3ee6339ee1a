package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// lockTimeout is how long a migration waits for a lock. Whoever comes after it waits as long, so it is short, and
	// the migration asks again.
	lockTimeout = 2 * time.Second

	admitInterval = time.Second // between attempts, however many requests are refused
	admitLock     = 0x6d79636c  // of the advisory locks of this database; the migrations have another
)

// owner is the user whom the schema belongs to: it changes the schema, and says what the service's role may do
// with it. On RDS it is the master user, who may create roles and grant what it owns, and is no superuser
// ("Understanding the rds_superuser role", Amazon RDS User Guide).
type owner struct {
	config *pgx.ConnConfig
	secret Credentials
	role   Credentials // of the service; nil if the service is the owner

	admitting sync.Mutex
	admitted  time.Time // when the role was last given its password; zero until the schema was migrated
}

func newOwner(cfg Config) (*owner, error) {
	config, err := connConfig(cfg, cfg.Writer)
	if err != nil {
		return nil, err
	}
	config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	config.RuntimeParams["lock_timeout"] = milliseconds(lockTimeout)
	if cfg.Owner == nil {
		return &owner{config: config, secret: cfg.Secret}, nil
	}
	return &owner{config: config, secret: cfg.Owner, role: cfg.Secret}, nil
}

// do opens a connection, once more if the password was rotated, and works with it. The error wraps shop.ErrUnavailable
// if there was no connection, or it was lost or led to a server that is starting, full or not the primary.
func (o *owner) do(ctx context.Context, work func(context.Context, *pgx.Conn) error) error {
	conn, err := o.connect(ctx)
	if isAuthFailure(err) {
		o.secret.Expire()
		conn, err = o.connect(ctx)
	}
	if err != nil {
		return away(fmt.Errorf("connect: %w", err))
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err = work(ctx, conn); err != nil && (conn.IsClosed() && ctx.Err() == nil || refusedByServer(err)) {
		return away(err)
	}
	return err
}

// refusedByServer reports whether the server said that it is not there for anybody now.
func refusedByServer(err error) bool {
	var pgErr *pgconn.PgError
	return errors.As(err, &pgErr) && (lost(err) || pgErr.Code == readOnlyTransaction)
}

func (o *owner) connect(ctx context.Context) (*pgx.Conn, error) {
	login, err := o.secret.Value(ctx)
	if err != nil {
		return nil, err
	}
	config := o.config.Copy()
	config.User, config.Password = login.Username, login.Password
	return pgx.ConnectConfig(ctx, config)
}

// migrate brings the schema up to this release, and lets the service's role in.
func (o *owner) migrate(ctx context.Context) error {
	err := o.do(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		if err := migrateOn(ctx, conn); err != nil {
			return err
		}
		return o.admit(ctx, conn)
	})
	if err == nil {
		o.admitting.Lock()
		defer o.admitting.Unlock()
		o.admitted = time.Now()
	}
	return err
}

// readmit lets the service's role in with the password of now: its secret was rotated, and nobody has told the
// database. Requests that are refused at the same moment share an attempt.
func (o *owner) readmit(ctx context.Context) error {
	o.admitting.Lock()
	defer o.admitting.Unlock()
	switch {
	case o.role == nil || o.admitted.IsZero():
		return errors.New("the service's role is not there yet")
	case time.Since(o.admitted) < admitInterval:
		return nil
	}
	o.admitted = time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTimeout)
	defer cancel()
	return o.do(ctx, o.admit)
}
