package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/dial"
	"myclothes/app/shop"
)

var (
	login      = apptest.Fixed[Login]{Secret: Login{Username: "cart_service", Password: "a password of the service"}}
	ownerLogin = apptest.Fixed[Login]{Secret: Login{Username: apptest.Owner, Password: apptest.Password}}
)

func open(t *testing.T, name, writer string, readers ...string) *DB {
	t.Helper()
	return openWith(t, Config{Writer: writer, Readers: readers, Name: name, Secret: login, Owner: ownerLogin})
}

func openWith(t *testing.T, cfg Config) *DB {
	t.Helper()
	cfg.Dialer = dial.From(netip.Addr{})
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	db, err := Open(cfg)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

// TestWriter shares one server: making one takes longer than all these tests.
func TestWriter(t *testing.T) {
	t.Parallel()
	server := apptest.StartPostgres(t)
	tests := []struct {
		name string
		run  func(t *testing.T, server *apptest.Postgres, database string)
	}{
		{"three instances that boot at once migrate once", bootAtOnce},
		{"a schema newer than the release is left alone", newerSchema},
		{"what needs the schema is unavailable until it is there", noSchema},
		{"what needs a column of a later migration is unavailable until it is there", noColumn},
		{"a migration does not stand in the way of others while it waits for a lock", migrationLock},
		{"a database that hangs in a migration is away", hangingMigration},
		{"products are sold in six categories", products},
		{"an account is found by its address", findAccount},
		{"an address has one account, also when many try at once", oneAccount},
		{"an account that is gone is nobody's", accountGone},
		{"orders keep their contract", orderContract},
		{"the release before orders side by side", orderSideBySide},
		{"a new password takes the place of the old one", newPassword},
		{"a deleted account leaves its orders and nothing else", deleteAccount},
		{"an order that is made while the account is deleted is refused or stays", deleteWhileOrdering},
		{"a migration of orders that was interrupted is carried on", orderMigration},
		{"an order whose outcome was lost is there once when asked again", orderInDoubt},
		{"the password is read again after it was rotated", rotatedPassword},
		{"a replica that hangs is left out", hangingReplica},
		{"the database may appear after the service", lateDatabase},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			database := fmt.Sprintf("test%d", i)
			server.CreateDatabase(database)
			test.run(t, server, database)
		})
	}
}

func openMigrated(t *testing.T, server *apptest.Postgres, database string) *DB {
	t.Helper()
	db := open(t, database, server.Addr)
	require.NoError(t, db.Migrate(t.Context()))
	return db
}

func bootAtOnce(t *testing.T, server *apptest.Postgres, database string) {
	var instances sync.WaitGroup
	for range 3 {
		db := open(t, database, server.Addr)
		instances.Go(func() { migrateAtLast(t, db) })
	}
	instances.Wait()
	files, err := migrations.ReadDir("migrations")
	require.NoError(t, err)
	var version, products int
	server.Scalar(database, &version, "select version from schema_version")
	server.Scalar(database, &products, "select count(*) from products")
	require.Len(t, files, version)
	require.Equal(t, 24, products)
}

// migrateAtLast goes on as an instance does: those that boot at once may be in each other's way.
func migrateAtLast(t *testing.T, db *DB) {
	for db.Migrate(t.Context()) != nil && t.Context().Err() == nil {
	}
}

func newerSchema(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	server.Exec(database, "update schema_version set version = 99")
	require.NoError(t, db.Migrate(t.Context()))
}

func noSchema(t *testing.T, server *apptest.Postgres, database string) {
	_, _, err := open(t, database, server.Addr).ProductsAsOf(t.Context(), 0)
	require.ErrorIs(t, err, shop.ErrUnavailable)
}

func noColumn(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	server.Exec(database, "alter table products rename column description to about")
	_, _, err := db.ProductsAsOf(t.Context(), 0)
	require.ErrorIs(t, err, shop.ErrUnavailable)
}

// The migration of orders refers to customers, which somebody changes in a transaction that does not end. A lock that
// is waited for holds up all who come later, so the migration gives it up and asks again.
func migrationLock(t *testing.T, server *apptest.Postgres, database string) {
	openMigrated(t, server, database)
	server.Exec(database, "drop table order_lines, orders")
	server.Exec(database, "update schema_version set version = 2")
	release := server.Hold(database, "insert into customers (email, name, password_hash) values ('slow@example.com', 'Slow', 'hash')")
	db := open(t, database, server.Addr)
	err := db.Migrate(t.Context())
	require.ErrorContains(t, err, "SQLSTATE 55P03", "the migration gives the lock up")
	require.NotErrorIs(t, err, shop.ErrUnavailable, "the database is there")
	_, _, err = db.CreateCustomer(t.Context(), "quick@example.com", "Quick", "hash")
	require.NoError(t, err)
	release()
	require.NoError(t, db.Migrate(t.Context()))
}

// hangingMigration has the database hang at what is asked for in turn although there is nothing to migrate.
func hangingMigration(t *testing.T, server *apptest.Postgres, database string) {
	for i, statement := range []string{"pg_tables", "select version", "pg_roles"} {
		t.Run(statement, func(t *testing.T) {
			database := fmt.Sprint(database, "_", i) // the locks of migrations are those of a database
			server.CreateDatabase(database)
			db := openMigrated(t, server, database)
			t.Parallel() // from here on: the role that a migration lets in is one for all databases
			dial := db.owner.config.DialFunc
			db.owner.config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dial(ctx, network, address)
				return &hanging{Conn: conn, at: []byte(statement)}, err
			}
			before := time.Now()
			require.ErrorIs(t, db.Migrate(t.Context()), shop.ErrUnavailable)
			require.Less(t, time.Since(before), migrateTimeout/2, "the instance tries again before its platform replaces it")
		})
	}
}

// hanging is a connection to a server that reads nothing more from a statement on.
type hanging struct {
	net.Conn
	at    []byte
	hangs bool
}

func (h *hanging) Write(p []byte) (int, error) {
	h.hangs = h.hangs || bytes.Contains(p, h.at)
	if h.hangs {
		return len(p), nil
	}
	return h.Conn.Write(p)
}

func products(t *testing.T, server *apptest.Postgres, database string) {
	products, _, err := openMigrated(t, server, database).ProductsAsOf(t.Context(), 0)
	require.NoError(t, err)
	categories := map[string]bool{}
	for _, product := range products {
		categories[product.Category] = true
		require.Positive(t, product.PriceCents)
	}
	require.Len(t, categories, 6)
	require.Equal(t, "tee-ecru", products[0].SKU)
}

func findAccount(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	created, wrote, err := db.CreateCustomer(t.Context(), "ada@example.com", "Ada", "hash")
	require.NoError(t, err)
	require.Positive(t, wrote)
	found, hash, at, err := db.Login(t.Context(), "ada@example.com")
	require.NoError(t, err)
	require.Equal(t, created, found)
	require.Equal(t, "hash", hash)
	require.GreaterOrEqual(t, at, wrote)

	_, hash, _, err = db.Login(t.Context(), "nobody@example.com")
	require.NoError(t, err)
	require.Empty(t, hash)
}

func oneAccount(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	var made, refused atomic.Int32
	var tries sync.WaitGroup
	for i := range 8 {
		tries.Go(func() {
			_, _, err := db.CreateCustomer(t.Context(), "twin@example.com", fmt.Sprint(i), "hash")
			if err == nil {
				made.Add(1)
			} else if errors.Is(err, shop.ErrConflict) {
				refused.Add(1)
			}
		})
	}
	tries.Wait()
	require.EqualValues(t, 1, made.Load())
	require.EqualValues(t, 7, refused.Load())
}

func accountGone(t *testing.T, server *apptest.Postgres, database string) {
	db := openMigrated(t, server, database)
	_, err := db.Customer(t.Context(), 1<<40, 0)
	require.ErrorIs(t, err, shop.ErrUnauthenticated)
	_, _, err = db.UpdateCustomer(t.Context(), 1<<40, shop.Profile{Name: "x"})
	require.ErrorIs(t, err, shop.ErrUnauthenticated)
}

func rotatedPassword(t *testing.T, server *apptest.Postgres, database string) {
	openMigrated(t, server, database)
	secret := &rotated{}
	db := openWith(t, Config{Writer: server.Addr, Name: database, Secret: secret})
	require.NoError(t, db.Ping(t.Context()))
	require.EqualValues(t, 1, secret.expired.Load())
}

func hangingReplica(t *testing.T, server *apptest.Postgres, database string) {
	db := open(t, database, server.Addr, apptest.StartSilence(t))
	require.NoError(t, db.Migrate(t.Context()))
	_, _, err := db.ProductsAsOf(t.Context(), 0)
	require.NoError(t, err)
	require.True(t, db.readers[0].out.Load())
}

func lateDatabase(t *testing.T, server *apptest.Postgres, database string) {
	server.Kill()
	db := open(t, database, server.Addr)
	_, _, err := db.ProductsAsOf(t.Context(), 0)
	require.ErrorIs(t, err, shop.ErrUnavailable)

	require.ErrorIs(t, db.Migrate(t.Context()), shop.ErrUnavailable)
	server.Start()
	require.NoError(t, db.Migrate(t.Context()))
	products, _, err := db.ProductsAsOf(t.Context(), 0)
	require.NoError(t, err)
	require.NotEmpty(t, products)
}

// TestReplicas shares one primary with one streaming replica.
func TestReplicas(t *testing.T) {
	t.Parallel()
	primary := apptest.StartPostgres(t)
	primary.CreateDatabase("shop")
	r := &replicas{primary: primary, replica: primary.StartReplica()}
	r.db = open(t, "shop", primary.Addr, r.replica.Addr)
	r.db.patience = time.Minute // what is asked of the writer is so for other reasons than a busy machine
	require.NoError(t, r.db.Migrate(t.Context()))
	var err error
	r.customer, r.wrote, err = r.db.CreateCustomer(t.Context(), "grace@example.com", "Grace", "hash")
	require.NoError(t, err)

	t.Run("reads go to the replica", r.serveReads)
	t.Run("customers read their own writes while replay is paused", r.readOwnWrites)
	t.Run("an order shows at once while replay is paused", r.readOwnOrder)
	t.Run("products that an order found outdated are read from the writer", r.readOutdated)
	t.Run("an answer is never as of later than what it shows", r.sayAsOf)
	t.Run("metrics show how far a replica is behind, and where reads went", r.showLag)
	t.Run("a replica whose connections are all in use is not left out", r.allInUse)
	t.Run("a dead replica is left out and comes back", r.dieAndComeBack)
	t.Run("replicas serve reads while the primary is away", r.serveAlone)
	t.Run("a writer that is a replica is not written to", r.refuseWrites)
}

type replicas struct {
	primary, replica *apptest.Postgres
	db               *DB
	customer         shop.Customer
	wrote            shop.Position
}

// awaitReplay waits until the replica shows the last write.
func (r *replicas) awaitReplay(t *testing.T) {
	apptest.Eventually(t, func() (done bool) {
		r.replica.Scalar("shop", &done, "select pg_last_wal_replay_lsn() - '0/0' >= $1::bigint", int64(r.wrote))
		return done
	}, "the replica catches up")
}

func (r *replicas) serveReads(t *testing.T) {
	r.awaitReplay(t)
	scans := func() (n int) {
		r.replica.Scalar("shop", &n, "select coalesce(sum(idx_scan + seq_scan), 0) from pg_stat_user_tables where relname = 'customers'")
		return n
	}
	before := scans()
	found, err := r.db.Customer(t.Context(), r.customer.ID, r.wrote)
	require.NoError(t, err)
	require.Equal(t, r.customer, found)
	r.db.readers[0].pool.Reset() // a connection reports its statistics at the latest when it ends
	apptest.Eventually(t, func() bool { return scans() > before }, "the replica served the read")
}

// pauseReplay makes the replica fall behind from its present position on.
func (r *replicas) pauseReplay(t *testing.T) {
	r.awaitReplay(t)
	r.replica.Exec("shop", "select pg_wal_replay_pause()")
	apptest.Eventually(t, func() bool {
		var state string
		r.replica.Scalar("shop", &state, "select pg_get_wal_replay_pause_state()")
		return state == "paused"
	}, "replay pauses")
}

func (r *replicas) resumeReplay(t *testing.T) {
	r.replica.Exec("shop", "select pg_wal_replay_resume()")
	r.awaitReplay(t)
}

func (r *replicas) readOwnWrites(t *testing.T) {
	r.pauseReplay(t)
	for i := range 5 {
		var err error
		profile := shop.Profile{Name: fmt.Sprintf("Grace %d", i), Address: shop.Address{City: "Arlington"}}
		r.customer, r.wrote, err = r.db.UpdateCustomer(t.Context(), r.customer.ID, profile)
		require.NoError(t, err)
		read, err := r.db.Customer(t.Context(), r.customer.ID, r.wrote)
		require.NoError(t, err)
		require.Equal(t, r.customer, read)
	}
	stale, err := r.db.Customer(t.Context(), r.customer.ID, 0)
	require.NoError(t, err)
	require.Equal(t, "Grace", stale.Name, "the replica does lag, so the above was the writer")

	r.resumeReplay(t)
	read, err := r.db.Customer(t.Context(), r.customer.ID, 0)
	require.NoError(t, err)
	require.Equal(t, r.customer, read)
}

func (r *replicas) sayAsOf(t *testing.T) {
	r.pauseReplay(t)
	defer r.resumeReplay(t)
	before := r.wrote
	var err error
	r.customer, r.wrote, err = r.db.UpdateCustomer(t.Context(), r.customer.ID, shop.Profile{Name: "Rear Admiral"})
	require.NoError(t, err)
	require.Greater(t, r.wrote, before)

	old, at, err := r.db.CustomerAsOf(t.Context(), r.customer.ID, before)
	require.NoError(t, err)
	require.NotEqual(t, r.customer, old)
	require.GreaterOrEqual(t, at, before)
	require.Less(t, at, r.wrote)
	current, at, err := r.db.CustomerAsOf(t.Context(), r.customer.ID, r.wrote)
	require.NoError(t, err)
	require.Equal(t, r.customer, current)
	require.Equal(t, r.wrote, at)

	_, at, err = r.db.CustomerAsOf(t.Context(), 1<<40, r.wrote)
	require.ErrorIs(t, err, shop.ErrUnauthenticated)
	require.Equal(t, r.wrote, at)
	_, at, err = r.db.ProductsAsOf(t.Context(), r.wrote)
	require.NoError(t, err)
	require.GreaterOrEqual(t, at, r.wrote)
}

func (r *replicas) showLag(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(r.db.Metrics())
	value := func(name string, labels ...string) float64 { return metricValue(t, registry, name, labels...) }
	apptest.Eventually(t, func() bool { return value("database_replica_lag_bytes", r.replica.Addr) == 0 }, "the replica is level")
	require.Zero(t, value("database_replica_lag_seconds", r.replica.Addr))
	require.Zero(t, value("database_replica_left_out", r.replica.Addr))

	r.pauseReplay(t)
	reads, behind := value("database_reads_total", "replica", ""), value("database_reads_total", "writer", replicaBehind)
	var err error
	r.customer, r.wrote, err = r.db.UpdateCustomer(t.Context(), r.customer.ID, shop.Profile{Name: "Grace"})
	require.NoError(t, err)
	apptest.Eventually(t, func() bool { return value("database_replica_lag_bytes", r.replica.Addr) > 0 }, "the replica is behind")
	apptest.Eventually(t, func() bool { return value("database_replica_lag_seconds", r.replica.Addr) > 0 }, "and for how long")
	for _, after := range []shop.Position{0, r.wrote} {
		_, err = r.db.Customer(t.Context(), r.customer.ID, after)
		require.NoError(t, err)
	}
	require.Equal(t, reads+1, value("database_reads_total", "replica", ""))
	require.Equal(t, behind+1, value("database_reads_total", "writer", replicaBehind))
	require.Positive(t, value("database_connections", r.replica.Addr, "idle"))
	r.resumeReplay(t)
	apptest.Eventually(t, func() bool { return value("database_replica_lag_bytes", r.replica.Addr) == 0 }, "the replica has caught up")
}

// metricValue is the value of the metric whose label values are these, in the order of their names; -1 if
// there is none.
func metricValue(t *testing.T, from prometheus.Gatherer, name string, labels ...string) float64 {
	t.Helper()
	families, err := from.Gather()
	require.NoError(t, err)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			var values []string
			for _, label := range metric.GetLabel() {
				values = append(values, label.GetValue())
			}
			if family.GetName() == name && slices.Equal(values, labels) {
				return metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
			}
		}
	}
	return -1
}

func (r *replicas) allInUse(t *testing.T) {
	reader, registry := r.db.readers[0], prometheus.NewRegistry()
	registry.MustRegister(r.db.Metrics())
	for range defaultConnections {
		conn, err := reader.pool.Acquire(t.Context())
		require.NoError(t, err)
		defer conn.Release()
	}
	defer func(before time.Duration) { r.db.patience = before }(r.db.patience)
	r.db.patience = replicaTimeout
	_, err := r.db.Customer(t.Context(), r.customer.ID, 0)
	require.NoError(t, err)
	require.False(t, reader.out.Load())
	require.Equal(t, 1., metricValue(t, registry, "database_reads_total", "writer", "busy"))
}

func (r *replicas) dieAndComeBack(t *testing.T) {
	reader := r.db.readers[0]
	r.replica.Kill()
	for range 10 {
		_, err := r.db.Customer(t.Context(), r.customer.ID, 0)
		require.NoError(t, err)
	}
	require.True(t, reader.out.Load())
	require.Error(t, r.db.PingReader(t.Context(), 0))
	r.replica.Start()
	apptest.Eventually(t, func() bool { return !reader.out.Load() }, "the replica is back")
	_, err := r.db.Customer(t.Context(), r.customer.ID, 0)
	require.NoError(t, err)
	require.False(t, reader.out.Load())
}

func (r *replicas) serveAlone(t *testing.T) {
	r.primary.Kill()
	defer r.primary.Start()
	_, _, err := r.db.ProductsAsOf(t.Context(), 0)
	require.NoError(t, err)
	_, _, err = r.db.UpdateCustomer(t.Context(), r.customer.ID, shop.Profile{Name: "x"})
	require.ErrorIs(t, err, shop.ErrUnavailable)
}

func (r *replicas) refuseWrites(t *testing.T) {
	wrong := open(t, "shop", r.replica.Addr)
	_, _, err := wrong.UpdateCustomer(t.Context(), r.customer.ID, shop.Profile{Name: "x"})
	require.ErrorIs(t, err, shop.ErrUnavailable)
}

// rotated is a secret whose right value shows after Expire.
type rotated struct{ expired atomic.Int32 }

func (r *rotated) Value(ctx context.Context) (Login, error) {
	if r.expired.Load() == 0 {
		return Login{Username: apptest.User, Password: "the old one"}, nil
	}
	return login.Value(ctx)
}

func (r *rotated) Expire() { r.expired.Add(1) }
