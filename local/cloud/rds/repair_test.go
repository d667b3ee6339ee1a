package rds

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

// holdCopies lets pg_basebackup stop itself, for as long as the file that is returned is
// there. It is for an account without databases.
func (a *account) holdCopies() (hold string) {
	a.Helper()
	p, err := a.Instances.installation()
	require.NoError(a, err)
	tools := filepath.Join(p.Dir, "tools")
	require.NoError(a, p.Mkdir(tools))
	for _, tool := range []string{"initdb", "postgres"} {
		require.NoError(a, os.Symlink(p.Tool(tool), filepath.Join(tools, tool)))
	}
	hold = filepath.Join(p.Dir, "hold")
	script := fmt.Sprintf("#!/bin/sh\n[ -e %s ] && kill -STOP $$\nexec %s \"$@\"\n", hold, p.Tool("pg_basebackup"))
	copies := filepath.Join(tools, "pg_basebackup")
	require.NoError(a, p.WriteFile(copies, script))
	require.NoError(a, os.Chmod(copies, 0o700))
	p.Bin = tools
	return hold
}

// stoppedCopy returns the process of a copy that is under way and does not get on, or 0.
func (a *account) stoppedCopy() int {
	for _, pid := range a.Host.Processes.Live() {
		command, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		stat, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
		if strings.Contains(string(command), "pg_basebackup") && strings.Contains(string(stat), ") T ") {
			return pid
		}
	}
	return 0
}

// copyTheStandbyForever declares a database and replaces its standby by one whose copy
// does not get on. It returns the database's address, and what ends that.
func (a *account) copyTheStandbyForever() (host string, release func()) {
	a.Helper()
	hold := a.holdCopies()
	host = declareDatabase(a, testDatabase())
	_, err := a.query(host, `create table customer as select 'Ada' as name`)
	require.NoError(a, err)
	require.NoError(a, os.WriteFile(hold, nil, 0o644))
	require.NoError(a, syscall.Kill(a.component("database standby").PID, syscall.SIGKILL))
	cloudtest.Eventually(a.T, "a standby is copied", func() bool { return a.stoppedCopy() != 0 })
	return host, func() { require.NoError(a, os.Remove(hold)) }
}

func TestAPrimaryThatEndsWhileItsStandbyIsCopiedComesBackWithItsData(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	host, release := a.copyTheStandbyForever()
	_, err := a.query(host, `insert into customer values ('Bob') returning name`)
	require.NoError(t, err, "writes go on without a standby")
	before := a.component("database primary")
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the primary runs again", func() bool {
		return cloudtest.Restarted(a.Instances.Report(), before)
	})
	names, err := a.query(host, `select string_agg(name, ' ' order by name) from customer`)
	require.NoError(t, err)
	require.Equal(t, "Ada Bob", names)
	release()
	cloudtest.Eventually(t, "there is a standby", func() bool {
		// A copy that began before goes on being stopped.
		if pid := a.stoppedCopy(); pid != 0 {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
		return cloudtest.CountHealthy(a.Instances.Report(), "database standby") == 1
	})
}

func TestAPrimaryThatHangsWhileItsStandbyIsCopiedComesBackWithItsData(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	host, _ := a.copyTheStandbyForever()
	before := a.component("database primary")
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGSTOP))
	cloudtest.Eventually(t, "the primary runs again", func() bool {
		return cloudtest.Restarted(a.Instances.Report(), before)
	})
	name, err := a.query(host, `select name from customer`)
	require.NoError(t, err)
	require.Equal(t, "Ada", name)
}

func TestAStandbyThatHangsWhenThePrimaryEndsCostsNoData(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	host := declareDatabase(a, testDatabase())
	_, err := a.query(host, `create table customer as select 'Ada' as name`)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(a.component("database standby").PID, syscall.SIGSTOP))
	require.NoError(t, syscall.Kill(a.component("database primary").PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the data is there", func() bool {
		name, err := a.query(host, `select name from customer`)
		return err == nil && name == "Ada"
	})
	cloudtest.Eventually(t, "there is a standby again", func() bool {
		return cloudtest.CountHealthy(a.Instances.Report(), "database standby") == 1
	})
}

func TestAReadReplicaThatIsCopiedAnewWaitsForItsSource(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	hold := a.holdCopies()
	spec := testDatabase()
	spec.MultiAZ = false
	host := declareDatabase(a, spec)
	replica := declareReplica(a)
	_, err := a.query(host, `create table customer as select 'Ada' as name`)
	require.NoError(t, err)

	require.NoError(t, os.WriteFile(hold, nil, 0o644))
	before := a.component("read replica")
	require.NoError(t, os.Remove(filepath.Join(a.Instances.postgres.Dir, "customers-replica", before.ID, "global", "pg_control")))
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the replica is copied", func() bool { return a.stoppedCopy() != 0 })
	source := a.component("database primary")
	require.NoError(t, syscall.Kill(source.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the source is back", func() bool { return cloudtest.Restarted(a.Instances.Report(), source) })
	require.NoError(t, os.Remove(hold))
	require.NoError(t, syscall.Kill(a.stoppedCopy(), syscall.SIGCONT))
	cloudtest.Eventually(t, "the replica has the source's data", func() bool {
		name, err := a.query(replica, `select name from customer`)
		return err == nil && name == "Ada"
	})
}
