package autoscaling

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

// load keeps clients writing until stop, which returns how many answers they got and
// what went wrong. Nobody repeats a write that failed, as net/http would a read.
func (s *shop) load(clients int) (stop func() (answers int64, failures []string)) {
	ctx, cancel := context.WithCancel(context.Background())
	var asking sync.WaitGroup
	var answers atomic.Int64
	var mu sync.Mutex
	var failures []string
	for range clients {
		client := cloudtest.Browser(s.T)
		asking.Go(func() {
			for ctx.Err() == nil {
				a, err := cloudtest.Post(client, s.url, "a write")
				if answers.Add(1); err != nil || a.Status != 200 {
					mu.Lock()
					failures = append(failures, fmt.Sprint(a.Status, " ", a.Instance, " ", err))
					mu.Unlock()
				}
			}
		})
	}
	return func() (int64, []string) {
		cancel()
		asking.Wait()
		return answers.Load(), failures
	}
}

func (s *shop) refreshed() Refresh {
	s.Helper()
	var last Refresh
	cloudtest.Eventually(s.T, "the instance refresh ends", func() bool {
		all := s.groups.Refreshes()
		last = all[len(all)-1]
		return !last.Running()
	})
	return last
}

func refreshing(p RefreshPreferences) *InstanceRefresh { return &InstanceRefresh{Preferences: p} }

func TestARollUnderLoadFailsNoRequest(t *testing.T) {
	t.Parallel()
	for name, preferences := range map[string]RefreshPreferences{
		"launch before terminating": {MinHealthyPercentage: new(100), MaxHealthyPercentage: new(134), InstanceWarmup: "0"},
		"all at once":               {MinHealthyPercentage: new(100), MaxHealthyPercentage: new(200), InstanceWarmup: "1"},
		"terminate before launch":   {InstanceWarmup: "0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.group.InstanceRefresh = refreshing(preferences)
			s.open()
			old := s.instances()
			stop := s.load(50)
			s.release("version 2")
			r := s.refreshed()
			answers, failures := stop()
			require.Empty(t, failures, "of %d", answers)
			require.Greater(t, answers, int64(100))
			require.Equal(t, RefreshSuccessful, r.Status, r.Reason)
			require.Equal(t, 100, r.Percent)
			require.Equal(t, 3, r.Replaced)
			require.Equal(t, "version 2", s.get(cloudtest.Browser(t), "/").Body)
			require.Len(t, s.instances(), 3)
			for id := range s.instances() {
				require.NotContains(t, old, id)
			}
		})
	}
}

func TestABrokenReleaseIsRolledBackWithoutAFailedRequest(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.InstanceRefresh = refreshing(RefreshPreferences{
		MinHealthyPercentage: new(100), MaxHealthyPercentage: new(134), InstanceWarmup: "0", AutoRollback: true})
	s.open()
	stop := s.load(10)
	s.release("broken")
	r := s.refreshed()
	_, failures := stop()
	require.Empty(t, failures)
	require.Equal(t, RefreshRollbackSuccessful, r.Status)
	require.Contains(t, r.Reason, "the release is broken")
	require.Len(t, s.servedBy(9), 3)
	require.Equal(t, "version 1", s.get(cloudtest.Browser(t), "/").Body)

	s.release("version 3")
	require.Equal(t, RefreshSuccessful, s.refreshed().Status)
	require.Equal(t, "version 3", s.get(cloudtest.Browser(t), "/").Body)
}

func TestABrokenReleaseWithoutRollbackStopsAndTheOldInstancesServe(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.InstanceRefresh = refreshing(RefreshPreferences{
		MinHealthyPercentage: new(100), MaxHealthyPercentage: new(200), InstanceWarmup: "0"})
	s.open()
	s.release("broken")
	require.Equal(t, RefreshFailed, s.refreshed().Status)
	require.Len(t, s.servedBy(9), 3)
}

func TestANewerVersionCancelsARunningRefresh(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.InstanceRefresh = refreshing(RefreshPreferences{
		MinHealthyPercentage: new(100), MaxHealthyPercentage: new(134), InstanceWarmup: "1"})
	s.open()
	s.release("version 2")
	s.group.InstanceRefresh.Preferences.InstanceWarmup = "0"
	s.release("version 3")
	require.Equal(t, RefreshSuccessful, s.refreshed().Status)
	all := s.groups.Refreshes()
	require.Len(t, all, 2)
	require.Equal(t, RefreshCancelled, all[0].Status)
	require.Equal(t, "version 3", s.get(cloudtest.Browser(t), "/").Body)
}

func TestAnUpdateThatKeepsTheVersionReplacesNobody(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.InstanceRefresh = refreshing(RefreshPreferences{})
	s.open()
	before := s.instances()
	s.group.MaxSize = 7
	s.updateGroup()
	require.Empty(t, s.groups.Refreshes())
	for id := range s.instances() {
		require.Contains(t, before, id)
	}
}

func TestARefreshStaysWithinItsPercentages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		least, most          int
		fleet                fleet
		launches, dismissals int
	}{
		"one more at first":              {100, 134, fleet{desired: 3, old: 3, oldReady: 3}, 2, 0},
		"all at once at first":           {100, 200, fleet{desired: 3, old: 3, oldReady: 3}, 3, 0},
		"at least one more":              {100, 110, fleet{desired: 3, old: 3, oldReady: 3}, 1, 0},
		"not before the new one is warm": {100, 110, fleet{desired: 3, old: 3, oldReady: 3, fresh: 1}, 0, 0},
		"one goes when one is warm":      {100, 110, fleet{desired: 3, old: 3, oldReady: 3, fresh: 1, warm: 1}, 1, 1},
		"who does not serve goes first":  {100, 110, fleet{desired: 3, old: 1, fresh: 3, warm: 3}, 0, 1},
		"no room: one after the other":   {90, 100, fleet{desired: 3, old: 3, oldReady: 3}, 1, 1},
		"no room: the next has to wait":  {90, 100, fleet{desired: 3, old: 2, oldReady: 2, fresh: 1}, 0, 0},
		"half may go":                    {50, 100, fleet{desired: 4, old: 4, oldReady: 4}, 2, 2},
		"nobody has to serve":            {0, 100, fleet{desired: 2, old: 2, oldReady: 2}, 2, 2},
		"done":                           {100, 110, fleet{desired: 3, fresh: 3, warm: 3}, 0, 0},
		"done, and fewer are wanted":     {100, 110, fleet{desired: 2, fresh: 3, warm: 3}, 0, 1},
	} {
		launches, dismissals := RefreshPreferences{MinHealthyPercentage: &c.least, MaxHealthyPercentage: &c.most}.step(c.fleet)
		require.Equal(t, c.launches, launches, name+": launches")
		require.Equal(t, c.dismissals, dismissals, name+": dismissals")
	}
}

func TestWarmupIsDeclaredAsTextOrAsANumber(t *testing.T) {
	t.Parallel()
	for _, inputs := range []string{
		`{"healthCheckGracePeriod": 60, "instanceRefresh": {"strategy": "Rolling", "preferences": {"instanceWarmup": "2"}}}`,
		`{"healthCheckGracePeriod": 60, "instanceRefresh": {"strategy": "Rolling", "preferences": {"instanceWarmup": 2}}}`,
		`{"healthCheckGracePeriod": 2, "instanceRefresh": {"strategy": "Rolling", "preferences": {}}}`,
	} {
		var g group
		require.NoError(t, json.Unmarshal([]byte(inputs), &g.spec))
		require.Equal(t, 2*time.Second, g.warmup(), inputs)
	}
}
