package rds

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/datastore"
)

func TestConnectionsFollowTheInstanceClass(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ, spec.InstanceClass, spec.ApplyImmediately = false, "db.t4g.micro", true
	host := declareDatabase(a, spec, datastore.Parameter{Name: "work_mem", Value: "{DBInstanceClassMemory/262144}"})
	asked := func(host, name string) string {
		value, err := a.query(host, `select setting from pg_settings where name = '`+name+`'`)
		require.NoError(t, err)
		return value
	}
	require.Equal(t, "101", asked(host, "max_connections"))
	require.Equal(t, "3686", asked(host, "work_mem"))
	replica := declareReplica(a)
	require.Equal(t, "101", asked(replica, "max_connections"))

	spec.InstanceClass = "db.r7g.24xlarge"
	_, err := a.Instances.Update(t.Context(), cloudtest.Named("customers"), spec)
	require.NoError(t, err)
	require.Equal(t, "5000", asked(host, "max_connections"))
	require.Equal(t, "5000", asked(replica, "max_connections"), "or it could not follow")
	_, err = a.query(host, `create table customer as select 'Ada' as name`)
	require.NoError(t, err)
	cloudtest.Eventually(t, "the replica follows", func() bool {
		name, err := a.query(replica, `select name from customer`)
		return err == nil && name == "Ada"
	})

	spec.InstanceClass = "db.t9.micro"
	_, err = a.Instances.Update(t.Context(), cloudtest.Named("customers"), spec)
	require.ErrorContains(t, err, "InvalidParameterValue: Invalid DB Instance class")
	require.Equal(t, "5000", asked(host, "max_connections"))
}

func TestAReplicaFollowsADatabaseThatIsRebootedForMoreConnections(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	host := declareDatabase(a, testDatabase(), datastore.Parameter{Name: "max_connections", Value: "50"})
	replica := declareReplica(a)
	_, err := a.ParameterGroups.Update(t.Context(), cloudtest.Named("db-parameters"), datastore.ParameterGroup{
		Parameters: []datastore.Parameter{{Name: "max_connections", Value: "90"}}})
	require.NoError(t, err)
	require.NoError(t, a.Instances.Reboot(t.Context(), "customers", false))
	cloudtest.Eventually(t, "it takes more connections", func() bool {
		value, err := a.query(host, `select setting from pg_settings where name = 'max_connections'`)
		return err == nil && value == "90"
	})
	cloudtest.Eventually(t, "it takes changes", func() bool {
		_, err := a.query(host, `create table if not exists customer as select 'Ada' as name`)
		return err == nil
	})
	cloudtest.Eventually(t, "the replica follows", func() bool {
		name, err := a.query(replica, `select name from customer`)
		return err == nil && name == "Ada"
	})
	require.Equal(t, 1, cloudtest.CountHealthy(a.Instances.Report(), "read replica"))
	state, err := a.query(replica, `select pg_get_wal_replay_pause_state()`)
	require.NoError(t, err)
	require.Equal(t, "not paused", state)
}

func TestUnknownParametersOfADatabaseAreRefused(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	for name, want := range map[string]string{
		"work_memory":              "Could not find parameter with name: work_memory",
		"rds.force_tls":            "Could not find parameter with name: rds.force_tls",
		"myapp.tenant":             "Could not find parameter with name: myapp.tenant",
		"transaction_timeout":      "", // of PostgreSQL 17
		"auto_explain.log_min":     "", // of an extension
		"rds.log_retention_period": "",
		"work_mem":                 "",
	} {
		_, err := a.ParameterGroups.Create(t.Context(), cloudtest.Named("p"), datastore.ParameterGroup{
			Family: "postgres17", Parameters: []datastore.Parameter{{Name: name, Value: "1"}}})
		if want == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, want)
	}
}
