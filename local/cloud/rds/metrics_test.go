package rds

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/cloudwatch"
)

// last is what was published of a database's metric in the last complete minute.
func (a *account) last(name, database string) cloudwatch.Datapoint { return a.over(name, database, 60) }

func (a *account) over(name, database string, period int) cloudwatch.Datapoint {
	a.Helper()
	points, err := a.Host.Metrics.Latest(cloudwatch.Metric{Namespace: "AWS/RDS", Name: name,
		Dimensions: []cloudwatch.Dimension{{Name: "DBInstanceIdentifier", Value: database}}}, period, 1)
	require.NoError(a, err)
	return points[0]
}

func TestADatabasePublishesWhatPostgreSQLTells(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.InstanceClass = "db.t4g.medium"
	host := declareDatabase(a, spec)
	cloudtest.Eventually(t, "nobody is connected", func() bool {
		p := a.last("DatabaseConnections", "customers")
		return p.Count == 1 && p.Max == 0
	})
	for range 3 {
		conn, err := a.connect(a.App, host, "verify-full")
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close(t.Context()) })
	}
	cloudtest.Eventually(t, "three are", func() bool { return a.last("DatabaseConnections", "customers").Max == 3 })
	_, err := a.query(host, `select sum(n)::text from generate_series(1, 1000000) n`)
	require.NoError(t, err)
	busy := func() cloudwatch.Datapoint { return a.over("CPUUtilization", "customers", 3600) }
	cloudtest.Eventually(t, "the work is seen, although the process that did it has ended", func() bool { return busy().Max > 0 })
	require.LessOrEqual(t, busy().Max, 100.0)
	require.Positive(t, a.over("TransactionLogsDiskUsage", "customers", 3600).Max)
	require.Positive(t, a.over("MaximumUsedTransactionIDs", "customers", 3600).Max)
	require.Zero(t, a.over("ReplicaLag", "customers", 3600).Count, "it is no replica")
	var databases []string
	for _, m := range a.Host.Metrics.List("AWS/RDS", "DatabaseConnections") {
		databases = append(databases, m.Dimensions[0].Value)
	}
	require.Equal(t, []string{"customers"}, databases, "a standby is not seen")
}

func TestAReadReplicaPublishesHowFarItIsBehind(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ = false
	host := declareDatabase(a, spec)
	declareReplica(a)
	lag := func() cloudwatch.Datapoint { return a.last("ReplicaLag", "customers-replica") }
	cloudtest.Eventually(t, "it is not behind", func() bool { return lag().Count == 1 && lag().Max == 0 })

	replica := a.Instances.named("customers-replica")
	var admin session
	require.NoError(t, admin.open(t.Context(), replica.primary))
	defer admin.close()
	_, err := admin.conn.Exec(t.Context(), `select pg_wal_replay_pause()`)
	require.NoError(t, err)
	_, err = a.query(host, `create table late (n int)`)
	require.NoError(t, err)
	cloudtest.Eventually(t, "it falls behind", func() bool { return lag().Max > 1 })
	_, err = admin.conn.Exec(t.Context(), `select pg_wal_replay_resume()`)
	require.NoError(t, err)
	cloudtest.Eventually(t, "it has caught up", func() bool { return lag().Count == 1 && lag().Max == 0 })
}
