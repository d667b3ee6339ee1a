package autoscaling

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
		fleet                fleet
		launches, dismissals int
	}{
		"one more at first":               {pace{100, 134}, fleet{desired: 3, old: 3, oldReady: 3}, 2, 0},
		"all at once at first":            {pace{100, 200}, fleet{desired: 3, old: 3, oldReady: 3}, 3, 0},
		"at least one more":               {pace{100, 110}, fleet{desired: 3, old: 3, oldReady: 3}, 1, 0},
		"both 100: launch before":         {pace{100, 100}, fleet{desired: 3, old: 3, oldReady: 3}, 1, 0},
		"both 100: then terminate":        {pace{100, 100}, fleet{desired: 3, old: 3, oldReady: 3, fresh: 1, warm: 1}, 1, 1},
		"not before the new one is warm":  {pace{100, 110}, fleet{desired: 3, old: 3, oldReady: 3, fresh: 1}, 0, 0},
		"one goes when one is warm":       {pace{100, 110}, fleet{desired: 3, old: 3, oldReady: 3, fresh: 1, warm: 1}, 1, 1},
		"who does not serve goes first":   {pace{100, 110}, fleet{desired: 3, old: 1, fresh: 3, warm: 3}, 0, 1},
		"no room: one after the other":    {pace{90, 100}, fleet{desired: 3, old: 3, oldReady: 3}, 1, 1},
		"no room: the next has to wait":   {pace{90, 100}, fleet{desired: 3, old: 2, oldReady: 2, fresh: 1}, 0, 0},
		"half may go":                     {pace{50, 100}, fleet{desired: 4, old: 4, oldReady: 4}, 2, 2},
		"nobody has to serve":             {pace{0, 100}, fleet{desired: 2, old: 2, oldReady: 2}, 2, 2},
		"done":                            {pace{100, 110}, fleet{desired: 3, fresh: 3, warm: 3}, 0, 0},
		"done, and fewer are wanted":      {pace{100, 110}, fleet{desired: 2, fresh: 3, warm: 3}, 0, 1},
		"a checkpoint keeps the others":   {pace{50, 100}, fleet{desired: 4, old: 4, oldReady: 4, keep: 3}, 1, 1},
		"a checkpoint keeps all for now":  {pace{50, 100}, fleet{desired: 4, old: 3, oldReady: 3, keep: 3, fresh: 1, warm: 1}, 0, 0},
		"a checkpoint replaces lost ones": {pace{50, 100}, fleet{desired: 4, old: 2, oldReady: 2, keep: 2, fresh: 1, warm: 1}, 1, 0},
	} {
		launches, dismissals := c.pace.step(c.fleet)
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
		launches, dismissals := pace{80, 100}.step(fleet{
			desired: 10, fresh: c.replaced, warm: c.replaced, old: c.old, oldReady: c.old, keep: min(c.old, 10-limit)})
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
		var r InstanceRefresh
		require.NoError(t, json.Unmarshal([]byte(inputs), &r))
		require.NoError(t, r.check())
		require.Equal(t, 2*time.Second, seconds(r.Preferences.InstanceWarmup, 300))
		require.Equal(t, 2*time.Second, seconds(r.Preferences.CheckpointDelay, 3600))
	}
	require.Equal(t, time.Hour, seconds("", 3600))
}

func TestPreferencesThatAWSRefusesAreRefused(t *testing.T) {
	t.Parallel()
	require.NoError(t, RefreshPreferences{}.check())
	for want, p := range map[string]RefreshPreferences{
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
		require.ErrorContains(t, p.check(), want)
	}
}
