package apptest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
)

func TestAReplicaOfASecureServerFollowsItAndIsSecureToo(t *testing.T) {
	t.Parallel()
	primary := apptest.StartSecureRedis(t, apptest.NewAuthority(t), "a token")
	replica := primary.StartReplica()
	primary.Do("SET", "key", "value")
	require.EqualValues(t, 1, primary.Do("WAIT", 1, 0))
	require.Equal(t, "value", replica.Do("GET", "key"))
	require.NotEqual(t, primary.PID(), replica.PID())
}

// TestAChangeGetsToAReplicaThatHasStarted looks at once: a replica that has loaded what there was may still get nothing of
// what comes after.
func TestAChangeGetsToAReplicaThatHasStarted(t *testing.T) {
	t.Parallel()
	for range 10 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			primary := apptest.StartRedis(t, nil)
			primary.StartReplica()
			require.Regexp(t, `slave0:.*,state=online,offset=[1-9]`, primary.Do("INFO", "replication"))
		})
	}
}
