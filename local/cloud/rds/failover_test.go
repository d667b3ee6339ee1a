package rds

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestADatabaseNodeThatHangsIsReplaced(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	host := declareDatabase(a, testDatabase())
	require.NoError(t, syscall.Kill(a.component("database primary").PID, syscall.SIGSTOP))
	// The server's own children live on, so it is a new connection that hangs.
	cloudtest.Eventually(t, "the database answers", func() bool {
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
	replica := declareReplica(a)
	before := a.component("read replica")
	data := a.Instances.postgres.Dir
	require.NoError(t, os.Remove(filepath.Join(data, "customers-replica", before.ID, "global", "pg_control")))
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	_, err := a.query(host, `create table customer as select 'Ada' as name`)
	require.NoError(t, err)
	cloudtest.Eventually(t, "the copy has the source's data", func() bool {
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
	replica := declareReplica(a)
	_, err := a.query(host, `create table customer (name text)`)
	require.NoError(t, err)
	receiver := a.receiverOfStandby()
	require.NoError(t, syscall.Kill(receiver, syscall.SIGSTOP))

	unacknowledged := make(chan error, 1)
	go func() {
		_, err := a.query(host, `insert into customer values ('unacknowledged') returning name`)
		unacknowledged <- err
	}()
	cloudtest.Eventually(t, "the read replica has what the standby has not", func() bool {
		name, err := a.query(replica, `select name from customer`)
		return err == nil && name == "unacknowledged"
	})
	require.NoError(t, syscall.Kill(a.component("database primary").PID, syscall.SIGKILL))
	require.NoError(t, syscall.Kill(receiver, syscall.SIGKILL))
	require.Error(t, <-unacknowledged)

	cloudtest.Eventually(t, "the standby is promoted", func() bool {
		name, err := a.query(host, `insert into customer values ('after') returning name`)
		return err == nil && name == "after"
	})
	cloudtest.Eventually(t, "the read replica has what the new primary has", func() bool {
		names, err := a.query(replica, `select string_agg(name, ', ') from customer`)
		return err == nil && names == "after"
	})
}

// receiverOfStandby is the process by which the standby gets changes.
func (a *account) receiverOfStandby() (pid int) {
	a.Helper()
	i, err := a.Instances.Get(cloudtest.Named("customers"))
	require.NoError(a, err)
	require.NoError(a, i.Do(a.Context(), func() error {
		var s session
		defer s.close()
		if err := s.open(a.Context(), i.standby); err != nil {
			return err
		}
		return s.conn.QueryRow(a.Context(), `select pid from pg_stat_wal_receiver`).Scan(&pid)
	}))
	return pid
}
