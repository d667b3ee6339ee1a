package postgres

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"slices"
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

	// The server ends what requests leave behind: a statement whose asker has gone, a transaction that nobody goes on
	// with. A request itself takes no longer than this.
	statementTimeout = 5 * time.Second
	idleTimeout      = 5 * time.Second
)

// rdsAuthorities are the certificate authorities of RDS, which no machine trusts by itself.
//
//go:embed rds-ca.pem
var rdsAuthorities []byte

// node is one server: the primary or a replica.
type node struct {
	address string
	secret  Credentials
	owner   *owner
	pool    *pgxpool.Pool
	out     atomic.Bool // left out, being probed; replicas only
}

func newNode(cfg Config, address string, owner *owner, validate pgconn.ValidateConnectFunc) (*node, error) {
	pc, err := poolConfig(cfg, address)
	if err != nil {
		return nil, err
	}
	pc.ConnConfig.ValidateConnect = validate
	pool, err := pgxpool.NewWithConfig(context.Background(), pc)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", address, err)
	}
	return &node{address: address, secret: cfg.Secret, owner: owner, pool: pool}, nil
}

// connConfig is how every connection to a server is made, but for who makes it.
func connConfig(cfg Config, address string) (*pgx.ConnConfig, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", address, err)
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("database %s: port: %w", address, err)
	}
	cc, err := pgx.ParseConfig("sslmode=disable") // every setting that matters follows
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", address, err)
	}
	cc.Host, cc.Port, cc.Database = host, uint16(port), cfg.Name
	cc.User, cc.Password = "", ""
	cc.Fallbacks = nil
	cc.ConnectTimeout = connectTimeout
	cc.DialFunc = cfg.Dialer.DialContext
	cc.RuntimeParams = map[string]string{"application_name": "cart"}
	if cfg.TLS {
		if cc.TLSConfig, err = dial.TLS(host, rdsAuthorities); err != nil {
			return nil, fmt.Errorf("database %s: %w", address, err)
		}
	}
	return cc, nil
}

func poolConfig(cfg Config, address string) (*pgxpool.Config, error) {
	pc, err := pgxpool.ParseConfig("sslmode=disable")
	if err != nil {
		return nil, err
	}
	if pc.ConnConfig, err = connConfig(cfg, address); err != nil {
		return nil, err
	}
	pc.ConnConfig.RuntimeParams["statement_timeout"] = milliseconds(statementTimeout)
	pc.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = milliseconds(idleTimeout)
	pc.MaxConns = int32(cmp.Or(cfg.Connections, defaultConnections))
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

// milliseconds writes a duration as a setting of PostgreSQL.
func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// errBusy says that all connections to a server were in use: the server is not away.
var errBusy = errors.New("all connections are in use")

// do runs a query, and once more if the first attempt says that it was not carried out: the password was
// rotated, the connection was dead before anything was sent, or it led to a primary that no longer is one.
func (n *node) do(ctx context.Context, query func(context.Context, querier) error) error {
	err := n.once(ctx, query)
	switch {
	case err == nil:
		return nil
	case isAuthFailure(err):
		return n.authenticate(ctx, query)
	case codeOf(err) == readOnlyTransaction:
		n.pool.Reset()
	case !pgconn.SafeToRetry(err):
		return err
	}
	return n.once(ctx, query)
}

// authenticate runs a query with the password of now, which the database may still have to be told.
func (n *node) authenticate(ctx context.Context, query func(context.Context, querier) error) error {
	n.secret.Expire()
	err := n.once(ctx, query)
	if isAuthFailure(err) && n.owner.readmit(ctx) == nil {
		err = n.once(ctx, query)
	}
	return err
}

func (n *node) once(ctx context.Context, query func(context.Context, querier) error) error {
	conn, err := n.pool.Acquire(ctx)
	if err != nil {
		if stat := n.pool.Stat(); stat.AcquiredConns() == stat.MaxConns() {
			return fmt.Errorf("%w: %w", errBusy, err)
		}
		return err
	}
	defer conn.Release()
	return query(ctx, conn)
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
	undefinedColumn     = "42703"
	uniqueViolation     = "23505"
)

// codeOf is the SQLSTATE that the server refused with; empty if it was not the server.
func codeOf(err error) string {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return pgErr.Code
	}
	return ""
}

func isAuthFailure(err error) bool { code := codeOf(err); return code == "28P01" || code == "28000" }

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
	return slices.Contains([]string{readOnlyTransaction, undefinedTable, undefinedColumn}, pgErr.Code)
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
