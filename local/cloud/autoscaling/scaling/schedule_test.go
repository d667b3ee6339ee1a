package scaling

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
		a, err := NewAction(s, at(t, "1 00:00:00"))
		require.NoError(t, err, name)
		for _, due := range c.due {
			require.Equal(t, at(t, due), a.Due.UTC(), name)
			a.Due = a.Next(a.Due)
		}
		require.True(t, a.Due.IsZero() || a.Due.After(at(t, "29 00:00:00")), "%s: %s", name, a.Due)
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
		_, err := NewAction(s, at(t, "1 00:00:00"))
		require.ErrorContains(t, err, want, inputs)
	}
}
