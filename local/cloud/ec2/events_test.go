package ec2_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
)

func TestRefusedConnectionsAreToldOnceASecond(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	e := openTestEndpoint(v)
	e.Move(node(t, e, "node", cloudtest.DataSubnets[0]).Address)
	for range 5 {
		_, _, err := greet(t, v.Stranger, e)
		require.Error(t, err)
	}
	cloudtest.Eventually(t, "it is told", func() bool { return len(v.Host.Events.After(0)) > 0 })
	told := v.Host.Events.After(0)
	for i, e := range told[1:] {
		require.GreaterOrEqual(t, e.Time.Sub(told[i].Time), time.Second)
	}
	require.Equal(t, aws.ConnectionRefused, told[0].Kind)
	require.Equal(t, "i-stranger", told[0].Subject)
	require.Equal(t, "to cache port 17000, ×1", told[0].Detail)
}
