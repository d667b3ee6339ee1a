package autoscaling

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/scaling"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// idle is a group that runs nothing, for what happens as time passes.
func idle(b scaling.Bounds) *group {
	s := &Groups{host: &host.Host{Log: slog.New(slog.DiscardHandler), Events: &aws.Events{}}}
	g := newGroup(s, aws.Resource{Name: "group"})
	g.bounds = b
	return g
}

func TestScheduledActionsChangeTheBoundsWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := idle(scaling.Bounds{Min: 0, Max: 3})
		start := time.Now()
		for id, s := range map[string]scaling.Schedule{
			"morning": {MaxSize: new(9), Recurrence: "0 8 * * *"},
			"evening": {MaxSize: new(4), Recurrence: "0 20 * * *"},
			"wrong":   {DesiredCapacity: new(100), Recurrence: "0 12 * * *"},
		} {
			a, err := scaling.NewAction(s, start)
			require.NoError(t, err)
			g.schedules[id] = a
		}
		go g.run()
		defer g.stop(t.Context())
		most := func() int {
			synctest.Wait()
			g.mu.Lock()
			defer g.mu.Unlock()
			return g.bounds.Max
		}
		midnight := time.Date(start.Year(), start.Month(), start.Day()+1, 0, 0, 0, 0, time.UTC)
		time.Sleep(time.Until(midnight.Add(8*time.Hour - time.Second)))
		require.Equal(t, 4, most())
		time.Sleep(time.Second)
		require.Equal(t, 9, most())
		time.Sleep(4 * time.Hour)
		g.mu.Lock()
		require.Equal(t, 0, g.desired, "100 is more than the maximum")
		require.Equal(t, fleet.ActivityFailed, g.activities[0].Status)
		g.suspended[fleet.ProcessScheduledActions] = time.Now()
		g.mu.Unlock()
		time.Sleep(8 * time.Hour)
		require.Equal(t, 9, most(), "scheduled actions are suspended")
	})
}
