package autoscaling

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestAKilledInstanceIsReplacedInItsZone(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	client := cloudtest.Browser(t)
	before := s.instances()
	killed := s.get(client, "/").Instance
	s.kill(client, killed)
	cloudtest.Eventually(t, "replaced", func() bool {
		_, there := s.instances()[killed]
		return !there && s.healthy() == 3
	})
	zones := map[string]int{}
	for _, c := range s.instances() {
		zones[c.Zone]++
	}
	require.Len(t, zones, 3)
	require.FileExists(t, before[killed].Log, "the log of a dead instance is what people need")
	require.NoDirExists(t, s.Host.Path("instances", killed))
}

func TestAnInstanceThatFallsSickIsReplacedIfTheLoadBalancersChecksCount(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	s.group.HealthCheckGracePeriod = new(0)
	s.updateGroup()
	sick := s.get(cloudtest.Browser(t), "/fall-sick").Instance
	cloudtest.Eventually(t, "replaced", func() bool {
		_, there := s.instances()[sick]
		return !there && s.healthy() == 3
	})
}

func TestAGroupGrowsAndShrinksWithinItsBounds(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	s.group.MinSize = 5
	s.updateGroup()
	require.Len(t, s.servedBy(10), 5)

	s.group.MinSize, s.group.MaxSize = 1, 2
	s.updateGroup()
	cloudtest.Eventually(t, "smaller", func() bool { return len(s.instances()) == 2 })
	zones := map[string]bool{}
	for _, c := range s.instances() {
		zones[c.Zone] = true
	}
	require.Len(t, zones, 2)
}

func TestABrokenReleaseFailsFastWithTheEndOfItsLogAndLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.updateLatest("broken")
	started := time.Now()
	_, err := s.groups.Create(t.Context(), cloudtest.Named("group"), s.group)
	require.ErrorContains(t, err, "auto scaling group group: launches keep failing: instance i-")
	require.ErrorContains(t, err, "the process ended: exit status 1")
	require.ErrorContains(t, err, "the release is broken")
	require.Less(t, time.Since(started), 10*time.Second)
	require.Empty(t, s.Host.Processes.Live())
	require.Empty(t, s.instances())
}

func TestInstancesThatNeverBecomeHealthyAreNamedWithTheReason(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.updateLatest("sick")
	s.group.HealthCheckGracePeriod = new(0)
	_, err := s.groups.Create(t.Context(), cloudtest.Named("group"), s.group)
	require.ErrorContains(t, err, "never became healthy: 503 from /healthz")
}

func TestCloseEndsAGroupThatIsStillLaunching(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	free, err := s.Network.Attach("i-next", cloudtest.AppSubnets[1], nil)
	require.NoError(t, err)
	s.Network.Detach(free)
	s.group.WaitForCapacityTimeout = "0"
	s.open()
	require.NoError(t, s.groups.Close(t.Context()))
	require.Empty(t, s.Host.Processes.Live())
	again, err := s.Network.Attach("i-next", cloudtest.AppSubnets[1], nil)
	require.NoError(t, err)
	require.Equal(t, free.Local, again.Local, "the addresses are free again")
}

func TestAnInstanceSeesNothingOfThisProcessesEnvironment(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	for _, c := range s.instances() {
		environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", c.PID))
		require.NoError(t, err)
		require.Contains(t, string(environment), "TEST_INSTANCE="+c.ID)
		require.NotContains(t, string(environment), "HOME=")
	}
}
