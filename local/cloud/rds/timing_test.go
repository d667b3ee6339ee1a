package rds

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
)

// The lower bounds do not depend on how fast this machine is.
func TestAFailoverOfADatabaseTakesItsTimesOfTheTable(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	host := declareDatabase(a, testDatabase())
	i, err := a.Instances.Get(cloudtest.Named("customers"))
	require.NoError(t, err)
	times := a.Host.Timings
	for _, fault := range []struct {
		signal    syscall.Signal
		detection time.Duration
	}{
		{syscall.SIGKILL, times.Exactly(aws.DatabaseDetection)},
		{syscall.SIGSTOP, times.Of(aws.DatabaseDetection) - lookInterval}, // since the last answer
	} {
		cloudtest.Eventually(t, "the database is whole", func() bool { return i.settle(t.Context()) == nil })
		before := a.component("database primary")
		require.NoError(t, syscall.Kill(before.PID, fault.signal))
		since := time.Now()
		cloudtest.Eventually(t, "the standby is promoted", func() bool {
			return a.component("database primary").ID != before.ID
		})
		require.GreaterOrEqual(t, time.Since(since), fault.detection)
		cloudtest.Eventually(t, "clients find it", func() bool {
			now, err := a.query(host, `select now()::text`)
			return err == nil && now != ""
		})
		require.GreaterOrEqual(t, time.Since(since), fault.detection+times.Of(aws.DatabasePromotion)+times.Of(aws.DNSLifetime))
	}
}
