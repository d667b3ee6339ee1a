package postgres

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"myclothes/app/dial"
	"myclothes/app/shop"
)

const (
	connectTimeout = 2 * time.Second
	pingTimeout    = time.Second
)

// rdsAuthorities are the certificate authorities of RDS, which no machine trusts by itself.
//
//go:embed rds-ca.pem
var rdsAuthorities []byte

// node is one server: the primary or a replica.
type node struct {
	address string
	secret  Credentials
	pool    *pgxpool.Pool
	out     atomic.Bool // left out, being probed; replicas only
}

func newNode(cfg Config, address string, validate pgconn.ValidateConnectFunc) (*node, error) {
	pc, err := poolConfig(cfg, address)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", address, err)
	}
	pc.ConnConfig.ValidateConnect = validate
	pool, err := pgxpool.NewWithConfig(context.Background(), pc)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", address, err)
	}
	return &node{address: address, secret: cfg.Secret, pool: pool}, nil
}

func poolConfig(cfg Config, address string) (*pgxpool.Config, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("port: %w", err)
	}
	pc, err := pgxpool.ParseConfig("sslmode=disable") // every setting that matters follows
	if err != nil {
		return nil, err
	}
	cc := pc.ConnConfig
	cc.Host, cc.Port, cc.Database = host, uint16(port), cfg.Name
	cc.User, cc.Password = "", ""
	cc.Fallbacks = nil
	cc.ConnectTimeout = connectTimeout
	cc.DialFunc = cfg.Dialer.DialContext
	cc.RuntimeParams = map[string]string{"application_name": "cart"}
	if cfg.TLS {
		if cc.TLSConfig, err = dial.TLS(host, rdsAuthorities); err != nil {
			return nil, err
		}
	}
	pc.MaxConns = maxConnections
	pc.MaxConnLifetime = 30 * time.Minute
	pc.MaxConnLifetimeJitter = 5 * time.Minute
	pc.PingTimeout = pingTimeout
	pc.BeforeConnect = func(ctx context.Context, cc *pgx.ConnConfig) error {
		login, err := cfg.Secret.Value(ctx)
		cc.User, cc.Password = login.Username, login.Password
		return err
	}
	return pc, nil
}

// do runs a query, and once more if the first attempt says that it was not carried out: the password was
// rotated, the connection was dead before anything was sent, or it led to a primary that no longer is one.
func (n *node) do(ctx context.Context, query func(context.Context, querier) error) error {
	err := query(ctx, n.pool)
	var pgErr *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pgErr) && isAuthFailure(pgErr.Code):
		n.secret.Expire()
	case errors.As(err, &pgErr) && pgErr.Code == readOnlyTransaction:
		n.pool.Reset()
	case !pgconn.SafeToRetry(err):
		return err
	}
	return query(ctx, n.pool)
}

// acquire returns one connection, for what needs the same one throughout.
func (n *node) acquire(ctx context.Context) (conn *pgxpool.Conn, err error) {
	err = n.do(ctx, func(ctx context.Context, _ querier) error {
		conn, err = n.pool.Acquire(ctx)
		return err
	})
	return conn, err
}

func (n *node) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	return n.do(ctx, func(ctx context.Context, q querier) error {
		var one int
		return q.QueryRow(ctx, "select 1").Scan(&one)
	})
}

// SQLSTATE codes and classes, see appendix A of the PostgreSQL manual.
const (
	readOnlyTransaction = "25006"
	undefinedTable      = "42P01"
	uniqueViolation     = "23505"
)

func isAuthFailure(code string) bool { return code == "28P01" || code == "28000" }

// unavailable reports whether the same query may work later or elsewhere: the server is away, starting,
// full, not the primary, in conflict with replay, or not migrated yet.
func unavailable(err error) bool {
	if err == nil || errors.Is(err, pgx.ErrNoRows) || errors.Is(err, errBehind) || isAnswer(err) {
		return false
	}
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return !isScanError(err)
	}
	switch pgErr.Code[:2] {
	case "08", "28", "3D", "40", "53", "57":
		return true
	}
	return pgErr.Code == readOnlyTransaction || pgErr.Code == undefinedTable
}

// isAnswer recognizes what a transaction found out and ended for.
func isAnswer(err error) bool {
	var refusal *shop.Refusal
	return errors.As(err, &refusal) || errors.Is(err, shop.ErrNotFound) || errors.Is(err, shop.ErrUnauthenticated)
}

// isScanError recognizes a defect of ours: the row does not fit the Go types.
func isScanError(err error) bool {
	var scan pgx.ScanArgError
	return errors.As(err, &scan)
}

// lost reports whether the server itself is away, rather than one query refused.
func lost(err error) bool {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return true
	}
	switch pgErr.Code[:2] {
	case "08", "28", "3D", "53":
		return true
	case "57":
		return pgErr.Code != "57014" // query cancelled
	}
	return false
}
