package refresh

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestARefreshStaysWithinItsPercentages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pace                 pace
		counts               Counts
		launches, dismissals int
	}{
		"one more at first":               {pace{100, 134}, Counts{Desired: 3, Old: 3, OldReady: 3}, 2, 0},
		"all at once at first":            {pace{100, 200}, Counts{Desired: 3, Old: 3, OldReady: 3}, 3, 0},
		"at least one more":               {pace{100, 110}, Counts{Desired: 3, Old: 3, OldReady: 3}, 1, 0},
		"both 100: launch before":         {pace{100, 100}, Counts{Desired: 3, Old: 3, OldReady: 3}, 1, 0},
		"both 100: then terminate":        {pace{100, 100}, Counts{Desired: 3, Old: 3, OldReady: 3, Fresh: 1, Warm: 1}, 1, 1},
		"not before the new one is warm":  {pace{100, 110}, Counts{Desired: 3, Old: 3, OldReady: 3, Fresh: 1}, 0, 0},
		"one goes when one is warm":       {pace{100, 110}, Counts{Desired: 3, Old: 3, OldReady: 3, Fresh: 1, Warm: 1}, 1, 1},
		"who does not serve goes first":   {pace{100, 110}, Counts{Desired: 3, Old: 1, Fresh: 3, Warm: 3}, 0, 1},
		"no room: one after the other":    {pace{90, 100}, Counts{Desired: 3, Old: 3, OldReady: 3}, 1, 1},
		"no room: the next has to wait":   {pace{90, 100}, Counts{Desired: 3, Old: 2, OldReady: 2, Fresh: 1}, 0, 0},
		"half may go":                     {pace{50, 100}, Counts{Desired: 4, Old: 4, OldReady: 4}, 2, 2},
		"nobody has to serve":             {pace{0, 100}, Counts{Desired: 2, Old: 2, OldReady: 2}, 2, 2},
		"done":                            {pace{100, 110}, Counts{Desired: 3, Fresh: 3, Warm: 3}, 0, 0},
		"done, and fewer are wanted":      {pace{100, 110}, Counts{Desired: 2, Fresh: 3, Warm: 3}, 0, 1},
		"a checkpoint keeps the others":   {pace{50, 100}, Counts{Desired: 4, Old: 4, OldReady: 4, Keep: 3}, 1, 1},
		"a checkpoint keeps all for now":  {pace{50, 100}, Counts{Desired: 4, Old: 3, OldReady: 3, Keep: 3, Fresh: 1, Warm: 1}, 0, 0},
		"a checkpoint replaces lost ones": {pace{50, 100}, Counts{Desired: 4, Old: 2, OldReady: 2, Keep: 2, Fresh: 1, Warm: 1}, 1, 0},
	} {
		launches, dismissals := c.pace.step(c.counts)
		require.Equal(t, c.launches, launches, name+": launches")
		require.Equal(t, c.dismissals, dismissals, name+": dismissals")
	}
}

// The example of "Add checkpoints to an instance refresh" in AWS's user guide: ten instances,
// checkpoints at 20 and 50 percent, a minimum healthy percentage of 80.
func TestCheckpointsPauseWhereAWSsExampleSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ passed, replaced, old, replaces int }{
		{passed: 0, replaced: 0, old: 10, replaces: 2}, // 0:00
		{passed: 0, replaced: 2, old: 8, replaces: 0},  // 0:10, until the delay is over
		{passed: 1, replaced: 2, old: 8, replaces: 2},  // 0:25
		{passed: 1, replaced: 4, old: 6, replaces: 1},  // 0:35
		{passed: 1, replaced: 5, old: 5, replaces: 0},  // 0:45
	} {
		limit, _ := checkpoint([]int{20, 50}, c.passed, 10, c.replaced)
		launches, dismissals := pace{80, 100}.step(Counts{
			Desired: 10, Fresh: c.replaced, Warm: c.replaced, Old: c.old, OldReady: c.old, Keep: min(c.old, 10-limit)})
		require.Equal(t, c.replaces, launches, "%+v", c)
		require.Equal(t, c.replaces, dismissals, "%+v", c)
	}
}

// The example of the same page: two instances, checkpoints at 10, 40 and 100 percent.
func TestACheckpointThatIsPassedAlreadyIsSkipped(t *testing.T) {
	t.Parallel()
	limit, next := checkpoint([]int{10, 40, 100}, 0, 2, 0)
	require.Equal(t, []int{1, 0}, []int{limit, next})
	limit, next = checkpoint([]int{10, 40, 100}, 0, 2, 1)
	require.Equal(t, []int{1, 1}, []int{limit, next}, "half is more than 10 and than 40 percent")
}

func TestTimesOfPreferencesAreDeclaredAsTextOrAsNumbers(t *testing.T) {
	t.Parallel()
	for _, inputs := range []string{
		`{"strategy": "Rolling", "preferences": {"instanceWarmup": "2", "checkpointDelay": "2", "checkpointPercentages": [50]}}`,
		`{"strategy": "Rolling", "preferences": {"instanceWarmup": 2, "checkpointDelay": 2, "checkpointPercentages": [50]}}`,
	} {
		var r Declaration
		require.NoError(t, json.Unmarshal([]byte(inputs), &r))
		require.NoError(t, r.Check())
		require.Equal(t, 2*time.Second, Seconds(r.Preferences.InstanceWarmup, 300))
		require.Equal(t, 2*time.Second, Seconds(r.Preferences.CheckpointDelay, 3600))
	}
	require.Equal(t, time.Hour, Seconds("", 3600))
}

func TestPreferencesThatAWSRefusesAreRefused(t *testing.T) {
	t.Parallel()
	require.NoError(t, Preferences{}.Check())
	for want, p := range map[string]Preferences{
		"minimum healthy percentage: 101":      {MinHealthyPercentage: new(101)},
		"maximum healthy percentage: 99":       {MinHealthyPercentage: new(50), MaxHealthyPercentage: new(99)},
		"it needs a minimum":                   {MaxHealthyPercentage: new(110)},
		"is more than 100":                     {MinHealthyPercentage: new(50), MaxHealthyPercentage: new(200)},
		"are not ascending":                    {CheckpointPercentages: []int{50, 20}},
		"there are no checkpoint percentages":  {CheckpointDelay: "60"},
		`instance warmup: "soon" is no number`: {InstanceWarmup: "soon"},
		`"Perhaps" is none of`:                 {ScaleInProtectedInstances: "Perhaps"},
		"11 alarms are more than 10":           {AlarmSpecification: &AlarmChoice{make([]string, 11)}},
	} {
		require.ErrorContains(t, p.Check(), want)
	}
}
