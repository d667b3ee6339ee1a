package apptest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// User and Password of the owner of every PostgreSQL server started here.
const (
	User     = "cart"
	Password = "an honest test password"
)

// Owner owns the databases that CreateDatabase makes, with the same Password. As the master user of RDS it may make
// roles, and is no superuser.
const Owner = "owner"

// Postgres is a PostgreSQL server.
type Postgres struct {
	Addr string // host:port

	tb       testing.TB
	dir      string
	settings []string
	replicas atomic.Int32
	process  *process
}

// StartPostgres starts a server that lives as long as the test. settings are name=value.
func StartPostgres(tb testing.TB, settings ...string) *Postgres {
	tb.Helper()
	p := newPostgres(tb)
	passwordFile := p.dir + "/password"
	require.NoError(tb, os.WriteFile(passwordFile, []byte(Password), 0o644))
	require.NoError(tb, run(postgresTool(tb, "initdb"), "-D", p.dir+"/data", "-U", User, "--pwfile", passwordFile,
		"-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"))
	p.settings = settings
	p.Start()
	tb.Cleanup(p.Kill)
	return p
}

// StartReplica starts a streaming replica with the same settings.
func (p *Postgres) StartReplica() *Postgres {
	p.tb.Helper()
	r := newPostgres(p.tb)
	slot := fmt.Sprintf("replica%d", p.replicas.Add(1))
	require.NoError(p.tb, run(postgresTool(p.tb, "pg_basebackup"), "-D", r.dir+"/data", "-d", p.url("postgres"),
		"-R", "-X", "stream", "-c", "fast", "--no-sync", "-C", "-S", slot))
	r.settings = p.settings
	r.Start()
	p.tb.Cleanup(r.Kill)
	return r
}

func newPostgres(tb testing.TB) *Postgres {
	tb.Helper()
	dir, err := newDir()
	require.NoError(tb, err)
	tb.Cleanup(func() { os.RemoveAll(dir) })
	port, err := FreePort()
	require.NoError(tb, err)
	return &Postgres{Addr: net.JoinHostPort("127.0.0.1", port), tb: tb, dir: dir}
}

func (p *Postgres) args() []string {
	_, port, _ := net.SplitHostPort(p.Addr)
	args := []string{"-D", p.dir + "/data", "-p", port, "-h", "127.0.0.1", "-k", ""}
	for _, setting := range append([]string{"fsync=off", "shared_buffers=16MB", "wal_level=replica", "hot_standby=on",
		"wal_retrieve_retry_interval=50ms", "max_connections=200"}, p.settings...) {
		args = append(args, "-c", setting)
	}
	return args
}

// Start starts the server again after Kill, at the same address and with its data.
func (p *Postgres) Start() {
	p.tb.Helper()
	var err error
	p.process, err = start(postgresTool(p.tb, "postgres"), p.args()...)
	require.NoError(p.tb, err)
	require.NoError(p.tb, p.process.await(func() error {
		conn, err := pgx.Connect(context.Background(), p.url("postgres"))
		if err == nil {
			err = conn.Close(context.Background())
		}
		return err
	}))
}

// Kill ends the server as a crash would.
func (p *Postgres) Kill() { p.process.stop(syscall.SIGQUIT) }

// CreateDatabase makes a database that Owner owns.
func (p *Postgres) CreateDatabase(name string) {
	p.tb.Helper()
	p.Exec("postgres", `do $$ begin create role `+Owner+` login createdb createrole password '`+Password+`';
		exception when duplicate_object then null; end $$`)
	p.Exec("postgres", "create database "+name+" owner "+Owner)
}

// Exec runs a statement in a database.
func (p *Postgres) Exec(database, sql string, args ...any) {
	p.tb.Helper()
	conn, err := pgx.Connect(context.Background(), p.url(database))
	require.NoError(p.tb, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(context.Background(), sql, args...)
	require.NoError(p.tb, err, sql)
}

// Hold runs a statement in a transaction that lasts until release is called.
func (p *Postgres) Hold(database, sql string) (release func()) {
	p.tb.Helper()
	conn, err := pgx.Connect(context.Background(), p.url(database))
	require.NoError(p.tb, err)
	_, err = conn.Exec(context.Background(), "begin; "+sql)
	require.NoError(p.tb, err, sql)
	release = sync.OnceFunc(func() { conn.Close(context.Background()) })
	p.tb.Cleanup(release)
	return release
}

// Scalar runs a query in a database and scans its one value into target.
func (p *Postgres) Scalar(database string, target any, sql string, args ...any) {
	p.tb.Helper()
	conn, err := pgx.Connect(context.Background(), p.url(database))
	require.NoError(p.tb, err)
	defer conn.Close(context.Background())
	require.NoError(p.tb, conn.QueryRow(context.Background(), sql, args...).Scan(target), sql)
}

func (p *Postgres) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(User, Password), Host: p.Addr, Path: database}
	return u.String()
}

// postgresTool finds a program of the newest PostgreSQL: Debian keeps them off the PATH, Homebrew in a
// directory per version.
func postgresTool(tb testing.TB, name string) string {
	tb.Helper()
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/opt/homebrew/opt/postgresql@*/bin/", "/usr/local/opt/postgresql@*/bin/"} {
		if found, _ := filepath.Glob(pattern + name); len(found) > 0 {
			return slices.Max(found)
		}
	}
	path, err := exec.LookPath(name)
	require.NoError(tb, err, "install PostgreSQL, version 15 or newer (Debian: apt-get install postgresql)")
	return path
}
