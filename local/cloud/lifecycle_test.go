package cloud

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Not parallel: it counts the goroutines of the whole program.
func TestNothingIsLeftWhenTheCloudIsClosed(t *testing.T) {
	before := runtime.NumGoroutine()
	// Nobody but root may pass here, so root's databases are kept elsewhere.
	dir := filepath.Join(t.TempDir(), "private")
	require.NoError(t, os.Mkdir(dir, 0o700))
	a := newAccountIn(t, dir)
	declareSecret(a)
	declareCache(a, testCache())
	declareDatabase(a, testDatabase())
	declare(a, a.DBInstances, "customers-replica", testReplica())
	data := a.DBInstances.(*dbInstances).postgres.dir
	require.NotEmpty(t, processesIn(t, data))

	require.NoError(t, a.Close(t.Context()))
	require.Empty(t, a.processes.live)
	require.Empty(t, processesIn(t, data))
	require.NoDirExists(t, data)
	require.NoDirExists(t, filepath.Join(dir, "elasticache", "sessions"))
	// The condition runs in a goroutine of its own.
	eventually(t, "every goroutine ends", func() bool { return runtime.NumGoroutine() <= before+1 })
}

// processesIn lists the processes whose working folder is in dir; those of
// PostgreSQL are in their data.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	require.NoError(t, err)
	var found []string
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, dir) {
			found = append(found, link)
		}
	}
	return found
}

func TestOpenRemovesWhatACrashedCloudLeft(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "rds", "customers"), 0o700))
	require.NoError(t, os.Mkdir(outside, 0o700))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, outsideLink)))
	c, err := Open(Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer c.Close(t.Context())
	require.NoDirExists(t, outside)
	require.NoDirExists(t, filepath.Join(dir, "rds"))
}

func TestNodesThatHangAreReplaced(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	primary, _ := declareCache(a, testCache())
	host := declareDatabase(a, testDatabase())
	hungCache, hungDatabase := a.componentOf("cache primary"), a.componentOf("database primary")
	require.NoError(t, syscall.Kill(hungCache.PID, syscall.SIGSTOP))
	require.NoError(t, syscall.Kill(hungDatabase.PID, syscall.SIGSTOP))
	// The server's own children live on, so it is a new connection that hangs.
	eventually(t, "the cache fails over", func() bool {
		return primary.Set(t.Context(), "k", "v", 0).Err() == nil
	})
	eventually(t, "the database answers", func() bool {
		now, err := a.query(host, `select now()::text`)
		return err == nil && now != ""
	})
}

func TestReadReplicaThatCannotStartIsCopiedAnew(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ = false
	host := declareDatabase(a, spec)
	replica := declare(a, a.DBInstances, "customers-replica", testReplica())["address"].(string)
	before := a.componentOf("read replica")
	data := a.DBInstances.(*dbInstances).postgres.dir
	require.NoError(t, os.Remove(filepath.Join(data, "customers-replica", before.ID, "global", "pg_control")))
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	_, err := a.query(host, `create table customer as select 'Ada' as name`)
	require.NoError(t, err)
	eventually(t, "the copy has the source's data", func() bool {
		name, err := a.query(replica, `select name from customer`)
		return err == nil && name == "Ada"
	})
}

// The read replica may have got what the standby has not; after a failover that
// never happened.
func TestReadReplicaAheadOfThePromotedStandbyIsCopiedAnew(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	host := declareDatabase(a, testDatabase())
	replica := declare(a, a.DBInstances, "customers-replica", testReplica())["address"].(string)
	_, err := a.query(host, `create table customer (name text)`)
	require.NoError(t, err)
	receiver := a.receiverOfStandby()
	require.NoError(t, syscall.Kill(receiver, syscall.SIGSTOP))

	unacknowledged := make(chan error, 1)
	go func() {
		_, err := a.query(host, `insert into customer values ('unacknowledged') returning name`)
		unacknowledged <- err
	}()
	eventually(t, "the read replica has what the standby has not", func() bool {
		name, err := a.query(replica, `select name from customer`)
		return err == nil && name == "unacknowledged"
	})
	require.NoError(t, syscall.Kill(a.componentOf("database primary").PID, syscall.SIGKILL))
	require.NoError(t, syscall.Kill(receiver, syscall.SIGKILL))
	require.Error(t, <-unacknowledged)

	eventually(t, "the standby is promoted", func() bool {
		name, err := a.query(host, `insert into customer values ('after') returning name`)
		return err == nil && name == "after"
	})
	eventually(t, "the read replica has what the new primary has", func() bool {
		names, err := a.query(replica, `select string_agg(name, ', ') from customer`)
		return err == nil && names == "after"
	})
}

// receiverOfStandby is the process by which the standby gets changes.
func (a *account) receiverOfStandby() (pid int) {
	a.t.Helper()
	i := a.DBInstances.(*dbInstances).instances.byID["customers"]
	require.NoError(a.t, i.keeper.do(a.t.Context(), func(ctx context.Context) error {
		return i.standby.ask(ctx, &pid, `select pid from pg_stat_wal_receiver`)
	}))
	return pid
}
