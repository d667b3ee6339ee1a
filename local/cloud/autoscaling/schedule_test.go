package autoscaling

import (
	"encoding/json"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/host"
)

// at reads a time of June 2026, in UTC.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	read, err := time.Parse("2 15:04:05", text)
	require.NoError(t, err)
	return time.Date(2026, time.June, read.Day(), read.Hour(), read.Minute(), read.Second(), 0, time.UTC)
}

func TestAnActionIsDueAtItsStartAndAsItRecursUntilItsEnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		inputs string
		due    []string // 1 June 2026 is a Monday
	}{
		"once":                                {`{"startTime": "2026-06-03T12:00:00Z"}`, []string{"3 12:00:00"}},
		"every Tuesday at 6:30":               {`{"recurrence": "30 6 * * 2"}`, []string{"2 06:30:00", "9 06:30:00", "16 06:30:00", "23 06:30:00"}},
		"at its start, and then as it recurs": {`{"recurrence": "30 6 * * 2", "startTime": "2026-06-08T12:00:00Z"}`, []string{"8 12:00:00", "9 06:30:00", "16 06:30:00", "23 06:30:00"}},
		"until its end":                       {`{"recurrence": "30 6 * * 2", "endTime": "2026-06-10T00:00:00Z"}`, []string{"2 06:30:00", "9 06:30:00"}},
		"by the clocks of a zone":             {`{"recurrence": "0 8 1-3 6 *", "timeZone": "Europe/Berlin"}`, []string{"1 06:00:00", "2 06:00:00", "3 06:00:00"}},
		"on weekends, by their names":         {`{"recurrence": "0 0 * * SAT,SUN", "endTime": "2026-06-14T12:00:00Z"}`, []string{"6 00:00:00", "7 00:00:00", "13 00:00:00", "14 00:00:00"}},
	} {
		var s Schedule
		require.NoError(t, json.Unmarshal([]byte(c.inputs), &s))
		s.MinSize = new(1)
		a, err := newAction(s, at(t, "1 00:00:00"))
		require.NoError(t, err, name)
		for _, due := range c.due {
			require.Equal(t, at(t, due), a.due.UTC(), name)
			a.due = a.next(a.due)
		}
		require.True(t, a.due.IsZero() || a.due.After(at(t, "29 00:00:00")), "%s: %s", name, a.due)
	}
}

func TestScheduledActionsThatAWSRefusesAreRefused(t *testing.T) {
	t.Parallel()
	for inputs, want := range map[string]string{
		`{"minSize": 1}`: "needs a start time or a recurrence",
		`{"recurrence": "0 0 * * *", "minSize": -1}`:                                             "needs a minimum size",
		`{"startTime": "2026-05-31T00:00:00Z", "minSize": 1}`:                                    "in the past",
		`{"startTime": "tomorrow", "minSize": 1}`:                                                "startTime",
		`{"startTime": "2026-06-03T00:00:00Z", "endTime": "2026-06-02T00:00:00Z", "minSize": 1}`: "not after the start time",
		`{"recurrence": "@daily", "minSize": 1}`:                                                 "recurrence",
		`{"recurrence": "0 0 * * *", "timeZone": "Europe/Atlantis", "minSize": 1}`:               "timeZone",
	} {
		var s Schedule
		require.NoError(t, json.Unmarshal([]byte(inputs), &s))
		_, err := newAction(s, at(t, "1 00:00:00"))
		require.ErrorContains(t, err, want, inputs)
	}
}

// idle is a group that runs nothing, for what happens as time passes.
func idle(b bounds) *group {
	s := &Groups{host: &host.Host{Log: slog.New(slog.DiscardHandler), Events: &aws.Events{}}}
	g := newGroup(s, aws.Resource{Name: "group"})
	g.bounds = b
	return g
}

func TestScheduledActionsChangeTheBoundsWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := idle(bounds{0, 3})
		start := time.Now()
		for id, s := range map[string]Schedule{
			"morning": {MaxSize: new(9), Recurrence: "0 8 * * *"},
			"evening": {MaxSize: new(4), Recurrence: "0 20 * * *"},
			"wrong":   {DesiredCapacity: new(100), Recurrence: "0 12 * * *"},
		} {
			a, err := newAction(s, start)
			require.NoError(t, err)
			g.schedules[id] = a
		}
		go g.run()
		defer g.stop(t.Context())
		most := func() int {
			synctest.Wait()
			g.mu.Lock()
			defer g.mu.Unlock()
			return g.bounds.max
		}
		midnight := time.Date(start.Year(), start.Month(), start.Day()+1, 0, 0, 0, 0, time.UTC)
		time.Sleep(time.Until(midnight.Add(8*time.Hour - time.Second)))
		require.Equal(t, 4, most())
		time.Sleep(time.Second)
		require.Equal(t, 9, most())
		time.Sleep(4 * time.Hour)
		g.mu.Lock()
		require.Equal(t, 0, g.desired, "100 is more than the maximum")
		require.Equal(t, ActivityFailed, g.activities[0].Status)
		g.suspended[processScheduledActions] = time.Now()
		g.mu.Unlock()
		time.Sleep(8 * time.Hour)
		require.Equal(t, 9, most(), "scheduled actions are suspended")
	})
}
