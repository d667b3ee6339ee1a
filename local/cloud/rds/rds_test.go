package rds

import (
	"context"
	"fmt"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/datastore"
)

func TestDatabaseFailsOverWithEveryAcknowledgedWrite(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	begin := time.Now()
	host := declareDatabase(a, testDatabase())
	t.Logf("primary and standby after %s", time.Since(begin))
	replica := declareReplica(a)
	t.Logf("and read replica after %s", time.Since(begin))
	_, err := a.query(host, `create table customer (name text)`)
	require.NoError(t, err)

	before := a.component("database primary")
	acknowledged := a.writeUntilKilled(host, before.PID)
	killed := time.Now()
	require.NotZero(t, acknowledged)

	cloudtest.Eventually(t, "the endpoint leads to the promoted standby", func() bool {
		_, err := a.query(host, `insert into customer values ('after') returning name`)
		return err == nil
	})
	t.Logf("written again after %s", time.Since(killed))
	count, err := a.query(host, `select count(distinct name)::text from customer where name <> 'after'`)
	require.NoError(t, err)
	require.GreaterOrEqual(t, atoi(t, count), acknowledged)
	require.NotEqual(t, before.Zone, a.component("database primary").Zone)

	cloudtest.Eventually(t, "the read replica follows the new primary", func() bool {
		after, err := a.query(replica, `select name from customer where name = 'after'`)
		return err == nil && after == "after"
	})
	cloudtest.Eventually(t, "there is a standby again", func() bool { return cloudtest.CountHealthy(a.Instances.Report(), "database standby") == 1 })
}

// writeUntilKilled writes rows, kills the server in the middle of it and returns how
// many writes were acknowledged.
func (a *account) writeUntilKilled(host string, pid int) int {
	conn, err := a.connect(a.App, host, "verify-full")
	require.NoError(a, err)
	defer conn.Close(context.Background())
	for acknowledged := 0; ; acknowledged++ {
		if acknowledged == 200 {
			go func() { _ = syscall.Kill(pid, syscall.SIGKILL) }()
		}
		if _, err := conn.Exec(a.Context(), `insert into customer values ($1)`, fmt.Sprint("customer ", acknowledged)); err != nil {
			return acknowledged
		}
	}
}

func TestReadReplicaFollowsAndRefusesWrites(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ = false
	host := declareDatabase(a, spec, datastore.Parameter{Name: "rds.force_ssl", Value: "1"}, datastore.Parameter{Name: "log_min_duration_statement", Value: "500"})
	outputs := cloudtest.Declare(t, a.Instances, "customers-replica", testReplica())
	replica := outputs["address"].(string)
	require.NotEqual(t, a.component("database primary").Zone, outputs["availabilityZone"])

	_, err := a.query(host, `create table customer as select 'Ada' as name`)
	require.NoError(t, err)
	cloudtest.Eventually(t, "the replica has the row", func() bool {
		name, err := a.query(replica, `select name from customer`)
		return err == nil && name == "Ada"
	})
	_, err = a.query(replica, `insert into customer values ('Bob') returning name`)
	require.ErrorContains(t, err, "read-only")

	before := a.component("read replica")
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the replica is back", func() bool {
		return cloudtest.Restarted(a.Instances.Report(), before)
	})
	_, err = a.query(host, `insert into customer values ('Bob') returning name`)
	require.NoError(t, err)
	cloudtest.Eventually(t, "and follows", func() bool {
		name, err := a.query(replica, `select name from customer where name = 'Bob'`)
		return err == nil && name == "Bob"
	})
}

func TestDatabaseAsksForTLSAndAPermittedSource(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ = false
	host := declareDatabase(a, spec, datastore.Parameter{Name: "rds.force_ssl", Value: "1"}, datastore.Parameter{Name: "work_mem", Value: "8192"},
		datastore.Parameter{Name: "max_connections", Value: "{DBInstanceClassMemory/9531392}"})
	version, err := a.query(host, `select current_setting('work_mem')`)
	require.NoError(t, err)
	require.Equal(t, "8MB", version)
	require.Contains(t, a.component("database primary").Note, "without effect here: max_connections", "there is no class to compute it from")
	super, err := a.query(host, `select rolsuper::text from pg_roles where rolname = current_user`)
	require.NoError(t, err)
	require.Equal(t, "false", super)

	_, err = a.connect(a.App, host, "disable")
	require.ErrorContains(t, err, "no encryption")
	_, err = a.connect(a.Stranger, host, "verify-full")
	require.ErrorIs(t, err, syscall.ECONNRESET)

	parameters := datastore.ParameterGroup{Parameters: []datastore.Parameter{{Name: "rds.force_ssl", Value: "0"}, {Name: "work_mem", Value: "16384"}}}
	_, err = a.ParameterGroups.Update(t.Context(), cloudtest.Named("db-parameters"), parameters)
	require.NoError(t, err)
	cloudtest.Eventually(t, "TLS is not forced any more", func() bool {
		conn, err := a.connect(a.App, host, "disable")
		if err != nil {
			return false
		}
		defer conn.Close(context.Background())
		return true
	})
	parameters = datastore.ParameterGroup{Parameters: []datastore.Parameter{{Name: "rds.force_ssl", Value: "0"}, {Name: "work_mem", Value: "plenty"}}}
	_, err = a.ParameterGroups.Update(t.Context(), cloudtest.Named("db-parameters"), parameters)
	require.ErrorContains(t, err, "work_mem")
}

func TestDatabaseWithoutStandbyComesBackWithItsData(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ = false
	host := declareDatabase(a, spec)
	_, err := a.query(host, `create table customer as select 'Ada' as name`)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(a.component("database primary").PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the data is back", func() bool {
		name, err := a.query(host, `select name from customer`)
		return err == nil && name == "Ada"
	})

	spec.MultiAZ = true
	_, err = a.Instances.Update(t.Context(), cloudtest.Named("customers"), spec)
	require.NoError(t, err)
	standby := a.component("database standby")
	require.NoError(t, syscall.Kill(standby.PID, syscall.SIGKILL))
	_, err = a.query(host, `insert into customer values ('Bob') returning name`)
	require.NoError(t, err, "writes go on without the standby")
	cloudtest.Eventually(t, "there is another standby", func() bool {
		return cloudtest.Restarted(a.Instances.Report(), standby)
	})
	spec.MultiAZ = false
	_, err = a.Instances.Update(t.Context(), cloudtest.Named("customers"), spec)
	require.NoError(t, err)
	require.Zero(t, cloudtest.CountHealthy(a.Instances.Report(), "database standby"))
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	require.NoError(t, err)
	return n
}

// The race detector sees whether a replica reads what its source's keeper writes.
func TestAReplicaIsDeclaredAnewWhileItsSourceIs(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ = false
	declareDatabase(a, spec)
	declareReplica(a)
	var updates errgroup.Group
	updates.Go(func() error {
		for days := range 5 {
			spec.BackupRetentionPeriod = 1 + days
			if _, err := a.Instances.Update(t.Context(), cloudtest.Named("customers"), spec); err != nil {
				return err
			}
		}
		return nil
	})
	updates.Go(func() error {
		for range 5 {
			if _, err := a.Instances.Update(t.Context(), cloudtest.Named("customers-replica"), testReplica()); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(t, updates.Wait())
}
