package postgres

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

// TestRoles shares one server. Each test has a role of its own: roles belong to the server, not to a database.
func TestRoles(t *testing.T) {
	t.Parallel()
	server := apptest.StartPostgres(t)
	for i, test := range []struct {
		name string
		run  func(t *testing.T, f roleFixture)
	}{
		{"requests read and write rows and do not touch the schema", rowsOnly},
		{"three instances that boot at once make one role", oneRole},
		{"the role changes no schema that everybody may change", openSchema},
		{"what later migrations make, requests may use", laterTables},
		{"an instance without a schema is unavailable to requests, not broken", roleNotYet},
		{"a password of the service that was rotated is told to the database", rotatedRole},
		{"a password of the owner that was rotated is read again", rotatedOwner},
		{"two secrets that name one user are refused", oneUser},
		{"no statement has the password", secretPassword},
		{"the server ends what requests leave behind", leftBehind},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := roleFixture{server, fmt.Sprintf("roles%d", i), &changing{}, &changing{}}
			f.service.set(fmt.Sprintf("service%d", i), "first")
			f.owner.set(apptest.Owner, apptest.Password)
			server.CreateDatabase(f.database)
			test.run(t, f)
		})
	}
}

type roleFixture struct {
	server         *apptest.Postgres
	database       string
	service, owner *changing
}

func (f roleFixture) open(t *testing.T) *DB {
	t.Helper()
	return openWith(t, Config{Writer: f.server.Addr, Name: f.database, Secret: f.service, Owner: f.owner})
}

func (f roleFixture) openMigrated(t *testing.T) *DB {
	t.Helper()
	db := f.open(t)
	require.NoError(t, db.Migrate(t.Context()))
	return db
}

// try runs a statement as requests do.
func try(t *testing.T, db *DB, sql string) error {
	return db.write(t.Context(), func(ctx context.Context, q querier) error {
		rows, err := q.Query(ctx, sql)
		if err != nil {
			return err
		}
		rows.Close()
		return rows.Err()
	})
}

// changing is a secret whose new value shows after Expire.
type changing struct {
	mu            sync.Mutex
	current, next Login
}

func (c *changing) set(username, password string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.next = Login{Username: username, Password: password}
	if c.current == (Login{}) {
		c.current = c.next
	}
}

func (c *changing) Value(context.Context) (Login, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.current, nil
}

func (c *changing) Expire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current = c.next
}

func rowsOnly(t *testing.T, f roleFixture) {
	db := f.openMigrated(t)
	_, _, err := db.CreateCustomer(t.Context(), "ada@example.com", "Ada", "hash")
	require.NoError(t, err)
	require.NoError(t, try(t, db, "update products set price_cents = price_cents"))
	requireForbidden(t, db, "create table mine (x int)", "create temporary table mine (x int)", "alter table customers add x int",
		"drop table order_lines", "truncate customers cascade", "update schema_version set version = 0", "create role other")
}

// requireForbidden has a request try the statements, all of which the server refuses.
func requireForbidden(t *testing.T, db *DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		err := try(t, db, statement)
		require.Equal(t, "42501", codeOf(err), "%s: %v", statement, err)
	}
}

// openSchema is a database as PostgreSQL 14 makes it, and as it stays when it is upgraded from there. The second time
// the role has its rights already.
func openSchema(t *testing.T, f roleFixture) {
	for range 2 {
		f.server.Exec(f.database, "grant create on schema public to public")
		f.server.Exec(f.database, "grant temporary on database "+f.database+" to public")
		db := f.openMigrated(t)
		requireForbidden(t, db, "create table mine (x int)", "create function mine() returns int language sql as 'select 1'",
			"create temporary table mine (x int)")
	}
}

func oneRole(t *testing.T, f roleFixture) {
	var instances sync.WaitGroup
	for range 3 {
		db := f.open(t)
		instances.Go(func() {
			migrateAtLast(t, db)
			if _, _, err := db.ProductsAsOf(t.Context(), 0); err != nil {
				t.Error(err)
			}
		})
	}
	instances.Wait()
	var roles int
	f.server.Scalar(f.database, &roles, "select count(*) from pg_roles where rolname = $1", f.service.current.Username)
	require.Equal(t, 1, roles)
}

func laterTables(t *testing.T, f roleFixture) {
	db := f.openMigrated(t)
	require.NoError(t, db.owner.do(t.Context(), func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "create table later (id serial)")
		return err
	}))
	require.NoError(t, try(t, db, "insert into later default values"))
}

func roleNotYet(t *testing.T, f roleFixture) {
	db := f.open(t)
	_, _, err := db.ProductsAsOf(t.Context(), 0)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	require.NoError(t, db.Migrate(t.Context()))
	_, _, err = db.ProductsAsOf(t.Context(), 0)
	require.NoError(t, err)
}

func rotatedRole(t *testing.T, f roleFixture) {
	one, two := f.openMigrated(t), f.openMigrated(t)
	f.service.set(f.service.current.Username, "second")
	for _, db := range []*DB{one, two} {
		db.owner.admitted = time.Now().Add(-time.Hour)
		db.writer.pool.Reset()
	}
	require.NoError(t, one.Ping(t.Context()), "the password of before still holds")
	f.service.Expire()
	for _, db := range []*DB{one, two} {
		db.writer.pool.Reset()
		require.NoError(t, db.Ping(t.Context()))
	}
}

func rotatedOwner(t *testing.T, f roleFixture) {
	f.owner.current.Password = "the old one"
	f.openMigrated(t)
}

func oneUser(t *testing.T, f roleFixture) {
	f.service.current.Username = apptest.Owner
	require.ErrorContains(t, f.open(t).Migrate(t.Context()), "two users")
}

func secretPassword(t *testing.T, f roleFixture) {
	f.service.current.Password = "unmistakable"
	db := f.open(t)
	seen := &statements{}
	db.owner.config.Tracer = seen
	require.NoError(t, db.Migrate(t.Context()))
	require.Contains(t, seen.text.String(), "SCRAM-SHA-256$")
	require.NotContains(t, seen.text.String(), "unmistakable")
	_, _, err := db.ProductsAsOf(t.Context(), 0)
	require.NoError(t, err)
}

// statements are those that a connection was given.
type statements struct{ text strings.Builder }

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	fmt.Fprintln(&s.text, data.SQL, data.Args)
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func leftBehind(t *testing.T, f roleFixture) {
	db := f.openMigrated(t)
	err := try(t, db, "select pg_sleep(60)")
	require.Equal(t, "57014", codeOf(err))
	require.ErrorIs(t, err, shop.ErrUnavailable)

	conn, err := db.writer.pool.Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	_, err = conn.Exec(t.Context(), "begin")
	require.NoError(t, err)
	apptest.Eventually(t, func() (ended bool) {
		f.server.Scalar(f.database, &ended, "select not exists (select from pg_stat_activity where pid = $1)", conn.Conn().PgConn().PID())
		return ended
	}, "a transaction that nobody goes on with ends")
}
