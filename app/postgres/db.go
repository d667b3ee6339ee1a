// Package postgres keeps products and customers in RDS for PostgreSQL: it writes to the primary, reads
// from the replicas, and falls back to the primary when no replica will do.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"myclothes/app/shop"
)

const (
	replicaTimeout = time.Second // a read that a replica has not answered by then is asked of the writer (DB.patience)
	probeInterval  = time.Second // between looks at a replica that is left out

	defaultConnections = 8
)

// Config says how to reach the database.
type Config struct {
	Writer  string   // host:port of the primary
	Readers []string // host:port of each read replica; may be empty
	Name    string
	Secret  Credentials // of the role that serves requests
	Owner   Credentials // of who owns the schema, migrates it and lets the role in; nil: the role owns it
	TLS     bool        // verify the server by the machine's authorities and those of RDS
	Dialer  *net.Dialer
	Log     *slog.Logger

	Connections int // to each node, at most; 0: 8
}

// Credentials are the user and password, as kept in Secrets Manager. Expire makes the next Value read
// them again.
type Credentials interface {
	Value(ctx context.Context) (Login, error)
	Expire()
}

// Login is the JSON of the secret.
type Login struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// DB is the database. Safe for concurrent use.
type DB struct {
	log     *slog.Logger
	owner   *owner
	writer  *node
	readers []*node
	next    atomic.Uint64 // which reader is asked next

	patience time.Duration // with a replica

	closing context.Context
	close   context.CancelFunc
	probes  sync.WaitGroup

	metrics *metrics
}

// querier is what a query needs: a pool, one connection of it, or a transaction.
type querier interface {
	Begin(ctx context.Context) (pgx.Tx, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Open returns the database. It does not connect: the database may be away, now or at any time, and
// what needs it then fails with an error that wraps shop.ErrUnavailable.
func Open(cfg Config) (*DB, error) {
	db := &DB{log: cfg.Log, patience: replicaTimeout}
	var err error
	if db.owner, err = newOwner(cfg); err != nil {
		return nil, err
	}
	if db.writer, err = newNode(cfg, cfg.Writer, db.owner, pgconn.ValidateConnectTargetSessionAttrsReadWrite); err != nil {
		return nil, err
	}
	for _, address := range cfg.Readers {
		reader, err := newNode(cfg, address, db.owner, nil)
		if err != nil {
			db.writer.pool.Close()
			return nil, err
		}
		db.readers = append(db.readers, reader)
	}
	db.closing, db.close = context.WithCancel(context.Background())
	db.metrics = newMetrics(db)
	return db, nil
}

// Close ends all connections.
func (db *DB) Close() {
	db.close()
	db.probes.Wait()
	for _, n := range append([]*node{db.writer}, db.readers...) {
		n.pool.Close()
	}
}

// errBehind says that a replica has not replayed what the reader must see.
var errBehind = errors.New("replica is behind")

// read runs a query where everything up to after is visible: on a replica if one is up and far enough,
// otherwise on the writer. It returns a position that the answer is certainly as of, at least after.
func (db *DB) read(ctx context.Context, after shop.Position, query func(context.Context, querier) error) (shop.Position, error) {
	why := noReplica
	if reader := db.reader(); reader != nil {
		at, err := db.readReplica(ctx, reader, after, query)
		switch {
		case errors.Is(err, errBehind):
			why = replicaBehind
		case errors.Is(err, errBusy):
			why = replicaBusy
		case !unavailable(err):
			db.metrics.replicaReads.Inc()
			return at, err
		case ctx.Err() != nil:
			return at, away(err)
		default:
			why = replicaFailed
			if lost(err) {
				db.leaveOut(reader, err)
			}
		}
	}
	db.metrics.writerReads[why].Inc()
	// Whoever knows a position was told it after the commit, so the writer shows all before it.
	return after, db.write(ctx, query)
}

// readReplica asks for the position first, in a statement of its own: a statement that did both could
// see the data of an earlier moment than the position.
func (db *DB) readReplica(ctx context.Context, reader *node, after shop.Position, query func(context.Context, querier) error) (at shop.Position, err error) {
	ctx, cancel := context.WithTimeout(ctx, db.patience)
	defer cancel()
	err = reader.do(ctx, func(ctx context.Context, q querier) error {
		const sql = `select coalesce(pg_last_wal_replay_lsn() - '0/0', 0)::bigint`
		if err := q.QueryRow(ctx, sql).Scan(&at); err != nil {
			return err
		}
		if at < after {
			return errBehind
		}
		return query(ctx, q)
	})
	return at, err
}

// write runs a query on the writer and names the kind of its failure.
func (db *DB) write(ctx context.Context, query func(context.Context, querier) error) error {
	err := db.writer.do(ctx, query)
	if unavailable(err) {
		return away(err)
	}
	return err
}

func away(err error) error { return fmt.Errorf("database: %w: %w", shop.ErrUnavailable, err) }

// position returns how far the log has been written: everything committed before the call lies before it.
func position(ctx context.Context, q querier) (at shop.Position, err error) {
	err = q.QueryRow(ctx, `select (pg_current_wal_insert_lsn() - '0/0')::bigint`).Scan(&at)
	return at, err
}

// reader returns a replica that is not left out, in turn; nil if there is none.
func (db *DB) reader() *node {
	for range db.readers {
		n := db.readers[db.next.Add(1)%uint64(len(db.readers))]
		if !n.out.Load() {
			return n
		}
	}
	return nil
}

// leaveOut stops asking a replica until it answers again.
func (db *DB) leaveOut(n *node, cause error) {
	if db.closing.Err() != nil || !n.out.CompareAndSwap(false, true) {
		return
	}
	db.log.Warn("read replica left out", "replica", n.address, "error", cause)
	db.probes.Go(func() {
		for {
			select {
			case <-db.closing.Done():
				return
			case <-time.After(probeInterval):
			}
			if n.ping(db.closing) == nil {
				n.out.Store(false)
				db.log.Info("read replica is back", "replica", n.address)
				return
			}
		}
	})
}
