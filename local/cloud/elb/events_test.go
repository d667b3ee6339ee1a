package elb

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
)

func TestEveryChangeOfATargetsHealthIsTold(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).open()
	before := len(s.Host.Events.After(0))
	require.NoError(t, s.servers["i-1"].Close())
	cloudtest.Eventually(t, "it is unhealthy", func() bool { return s.count(Unhealthy) == 1 })
	s.targetGroup().Deregister(t.Context(), "i-2")

	var told []string
	for _, e := range s.Host.Events.After(0) {
		require.Equal(t, aws.TargetHealth, e.Kind)
		require.Equal(t, s.zones[e.Subject], e.Zone)
		told = append(told, e.Subject+" "+e.Detail)
	}
	require.ElementsMatch(t, []string{"i-0 healthy", "i-1 healthy", "i-2 healthy"}, told[:before])
	require.Equal(t, []string{"i-1 unhealthy: connection refused", "i-2 draining"}, told[before:])
}
