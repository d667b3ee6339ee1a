package autoscaling

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
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

func (s *shop) refreshed() refresh.Refresh {
	s.Helper()
	var last refresh.Refresh
	cloudtest.Eventually(s.T, "the instance refresh ends", func() bool {
		last = s.lastRefresh()
		return !last.Running()
	})
	return last
}

func (s *shop) lastRefresh() refresh.Refresh {
	s.Helper()
	all, err := s.groups.Refreshes("group")
	require.NoError(s, err)
	require.NotEmpty(s, all)
	return all[len(all)-1]
}

func refreshing(p refresh.Preferences) *refresh.Declaration {
	return &refresh.Declaration{Preferences: p}
}

func TestARollUnderLoadFailsNoRequest(t *testing.T) {
	t.Parallel()
	for name, preferences := range map[string]refresh.Preferences{
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
			require.Equal(t, refresh.Successful, r.Status, r.Reason)
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

func TestABrokenReleaseWithoutRollbackStopsAndTheOldInstancesServe(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Host.Timings.Scale = impatient
	s.group.InstanceRefresh = refreshing(refresh.Preferences{
		MinHealthyPercentage: new(100), MaxHealthyPercentage: new(200), InstanceWarmup: "0"})
	s.open()
	s.release("broken")
	r := s.refreshed()
	require.Equal(t, refresh.Failed, r.Status)
	require.Contains(t, r.Reason, "the release is broken")
	require.GreaterOrEqual(t, r.Ended.Sub(r.Started), s.Host.Timings.Of(aws.RefreshPatience), "AWS goes on trying for an hour")
	require.Len(t, s.servedBy(9), 3)
}

func TestANewerVersionCancelsARunningRefresh(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.InstanceRefresh = refreshing(refresh.Preferences{
		MinHealthyPercentage: new(100), MaxHealthyPercentage: new(134), InstanceWarmup: "3600"})
	s.open()
	s.release("version 2")
	s.group.InstanceRefresh.Preferences.InstanceWarmup = "0"
	s.release("version 3")
	require.Equal(t, refresh.Successful, s.refreshed().Status)
	all, err := s.groups.Refreshes("group")
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, refresh.Cancelled, all[0].Status)
	require.Equal(t, "version 3", s.get(cloudtest.Browser(t), "/").Body)
}

func TestAnUpdateThatKeepsTheVersionReplacesNobody(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.InstanceRefresh = refreshing(refresh.Preferences{})
	s.open()
	before := s.instances()
	s.group.MaxSize = 7
	s.updateGroup()
	none, err := s.groups.Refreshes("")
	require.NoError(t, err)
	require.Empty(t, none)
	for id := range s.instances() {
		require.Contains(t, before, id)
	}
}
