package rds

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestChangesOfADatabaseThatRDSDefersWaitForTheMaintenanceWindow(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ, spec.InstanceClass, spec.ApplyImmediately = false, "db.t4g.micro", false
	host := declareDatabase(a, spec)
	ctx := t.Context()
	connections := func() string {
		value, err := a.query(host, `select setting from pg_settings where name = 'max_connections'`)
		require.NoError(t, err)
		return value
	}
	spec.InstanceClass, spec.MultiAZ, spec.BackupRetentionPeriod = "db.t4g.small", true, 3
	_, err := a.Instances.Update(ctx, cloudtest.Named("customers"), spec)
	require.NoError(t, err)
	require.Equal(t, "101", connections())
	require.Zero(t, cloudtest.CountHealthy(a.Instances.Report(), "database standby"))
	note := a.component("database primary").Note
	require.Contains(t, note, "instanceClass from db.t4g.micro to db.t4g.small, multiAz from false to true")
	require.NotContains(t, note, "backupRetentionPeriod", "that is changed at once")

	applied, err := a.Instances.Maintain(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"customers: instanceClass from db.t4g.micro to db.t4g.small", "customers: multiAz from false to true"}, applied)
	require.Equal(t, "202", connections())
	require.Equal(t, 1, cloudtest.CountHealthy(a.Instances.Report(), "database standby"))
	require.NotContains(t, a.component("database primary").Note, "waits")
	applied, err = a.Instances.Maintain(ctx)
	require.NoError(t, err)
	require.Empty(t, applied)
}

func TestWhatIsPendingIsAppliedWithTheNextImmediateChange(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ, spec.ApplyImmediately = false, false
	declareDatabase(a, spec)
	spec.MultiAZ = true
	_, err := a.Instances.Update(t.Context(), cloudtest.Named("customers"), spec)
	require.NoError(t, err)
	require.Contains(t, a.component("database primary").Note, "waits")
	spec.ApplyImmediately = true
	_, err = a.Instances.Update(t.Context(), cloudtest.Named("customers"), spec)
	require.NoError(t, err)
	require.Equal(t, 1, cloudtest.CountHealthy(a.Instances.Report(), "database standby"))
}
