package rds

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
)

func TestTheLossOfADatabasePrimaryIsTold(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	declareDatabase(a, testDatabase())
	before := a.component("database primary")
	started := a.Host.Events.After(0)
	require.Len(t, started, 2)
	require.Equal(t, aws.NodeStarted, started[0].Kind)
	require.Equal(t, before.ID, started[0].Subject)
	require.Equal(t, before.Zone, started[0].Zone)

	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the story has three more chapters", func() bool { return len(a.Host.Events.After(2)) == 3 })
	told := a.Host.Events.After(2)
	require.Equal(t, aws.NodeLost, told[0].Kind)
	require.Equal(t, before.ID, told[0].Subject)
	require.Equal(t, aws.FailedOver, told[1].Kind)
	require.Equal(t, "customers", told[1].Subject)
	require.Equal(t, a.component("database primary").Zone, told[1].Zone)
	require.Equal(t, aws.NodeStarted, told[2].Kind)
}
