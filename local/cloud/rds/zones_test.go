package rds

import (
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

// nodeZones are the zones where the databases' interfaces are, by node.
func (a *account) nodeZones() map[string]string {
	zones := map[string]string{}
	for _, i := range a.Network.Interfaces() {
		if id, is := strings.CutPrefix(i.Owner, "database node "); is {
			zones[id] = i.Zone
		}
	}
	return zones
}

func TestEveryDatabaseNodeHasAnInterfaceInItsZoneAndTheEndpointFollows(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	declareDatabase(a, testDatabase())
	i, err := a.Instances.Get(cloudtest.Named("customers"))
	require.NoError(t, err)
	primary, standby := a.component("database primary"), a.component("database standby")
	require.NotEqual(t, primary.Zone, standby.Zone)
	require.Equal(t, map[string]string{primary.ID: primary.Zone, standby.ID: standby.Zone}, a.nodeZones())
	require.Equal(t, primary.Zone, i.endpoint.Zone())

	require.NoError(t, syscall.Kill(primary.PID, syscall.SIGKILL))
	cloudtest.Eventually(t, "the endpoint is where the standby was", func() bool { return i.endpoint.Zone() == standby.Zone })
	cloudtest.Eventually(t, "who is lost has no interface, and another standby has one", func() bool {
		zones := a.nodeZones()
		_, left := zones[primary.ID]
		return !left && len(zones) == 2
	})
}

func TestADatabaseIsInItsDeclaredZone(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	spec := testDatabase()
	spec.MultiAZ, spec.AvailabilityZone = false, "eu-west-1b"
	declareDatabase(a, spec)
	primary := a.component("database primary")
	require.Equal(t, "eu-west-1b", primary.Zone)
	require.Equal(t, map[string]string{primary.ID: "eu-west-1b"}, a.nodeZones())
}
