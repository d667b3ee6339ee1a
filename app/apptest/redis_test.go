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
