package autoscaling

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/elb"
)

func TestAServiceThatEndsIsStartedAgainOnTheSameInstance(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	client := cloudtest.Browser(t)
	before := s.instances()
	killed := s.get(client, "/").Instance
	s.kill(killed)
	cloudtest.Eventually(t, "the same instance serves", func() bool {
		a := s.get(client, "/")
		return a.Status == http.StatusOK && a.Instance == killed
	})
	after := s.instances()
	require.NotEqual(t, before[killed].PID, after[killed].PID)
	require.Equal(t, before[killed].Address, after[killed].Address)
	require.Equal(t, slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)), "nobody was replaced")
	require.NotContains(t, kinds(s.Host.Events.After(0)), aws.InstanceLost, "nor was anything lost")
}

func TestAReleaseThatDoesNotBootIsToldEarlyAndItsInstancesStayForTheGrace(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.updateLatest("broken")
	s.group.WaitForCapacityTimeout = "0"
	s.open()
	var ids []string
	cloudtest.Eventually(t, "it is told", func() bool {
		ids = slices.Sorted(maps.Keys(s.instances()))
		group := cloudtest.ComponentOf(t, s.groups.Report(), "auto scaling group")
		return strings.Contains(group.State, "launches fail: instance i-") && strings.Contains(group.State, "the process ended: exit status 1")
	})
	for _, id := range ids {
		cloudtest.Eventually(t, "started again", func() bool {
			log, err := os.ReadFile(s.Host.LogPath(id))
			require.NoError(t, err)
			return bytes.Count(log, []byte("the release is broken")) >= 5
		})
	}
	require.Equal(t, ids, slices.Sorted(maps.Keys(s.instances())))
}

func TestAServiceThatDoesNotStayUpIsReplacedWithItsInstanceAfterTheGrace(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	s.group.HealthCheckGracePeriod = new(0)
	s.updateGroup()
	ending := s.get(cloudtest.Browser(t), "/").Instance
	cloudtest.Eventually(t, "replaced", func() bool {
		if i, there := s.instances()[ending]; there && i.PID != 0 {
			_ = syscall.Kill(i.PID, syscall.SIGKILL) // it may have ended a moment ago
		}
		return s.gone(ending)
	})
}

func TestALostMachineIsReplacedInItsZone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.HealthCheckGracePeriod = new(0)
	s.open()
	before := s.instances()
	lost := s.get(cloudtest.Browser(t), "/").Instance
	s.lose(lost)
	require.Contains(t, s.instances()[lost].State, "its machine is lost")
	cloudtest.Eventually(t, "replaced", func() bool { return s.gone(lost) })
	zones := map[string]int{}
	for _, c := range s.instances() {
		zones[c.Zone]++
	}
	require.Len(t, zones, 3)
	require.FileExists(t, before[lost].Log, "the log of a dead instance is what people need")
	require.NoDirExists(t, s.Host.Path("instances", lost))
	require.Contains(t, kinds(s.Host.Events.After(0)), aws.InstanceLost)
	require.ErrorContains(t, s.machines.Lose(lost), "no instance")
}

func kinds(events []aws.Event) (all []aws.EventKind) {
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}

// Nobody but the status checks looks at the machines of such a group.
func TestALostMachineIsReplacedWhenItsStatusChecksFailAlsoWithoutALoadBalancer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.HealthCheckType, s.group.TargetGroupARNs = "EC2", nil
	s.open()
	cloudtest.Eventually(t, "all launched", func() bool { return s.healthy() == 3 })
	lost := slices.Sorted(maps.Keys(s.instances()))[0]
	s.lose(lost)
	cloudtest.Eventually(t, "replaced", func() bool { return s.gone(lost) })
}

func TestALostMachineLetsConnectionsHang(t *testing.T) {
	t.Parallel()
	s := newShop(t).open() // with a grace period in which the group replaces nobody
	client := cloudtest.Browser(t)
	lost := s.get(client, "/").Instance // to which the client is bound
	s.lose(lost)
	// The load balancer has a connection, on which nothing comes. The next one that it
	// tries to make does not come about.
	for _, idleTimeout := range []int{1, 60} {
		_, err := s.balancers.Update(t.Context(), cloudtest.Named("lb"), elb.LoadBalancer{
			Subnets: cloudtest.AppSubnets, SecurityGroups: []string{"sg-lb"}, IdleTimeout: &idleTimeout})
		require.NoError(t, err)
		a, err := cloudtest.Post(client, s.url, "a write")
		require.NoError(t, err)
		require.Equal(t, http.StatusGatewayTimeout, a.Status)
	}
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
	s.group.WaitForCapacityTimeout = "24h" // which nobody here waits for
	_, err := s.groups.Create(t.Context(), cloudtest.Named("group"), s.group)
	require.ErrorContains(t, err, "auto scaling group group: launches keep failing: instance i-")
	require.ErrorContains(t, err, "the process ended: exit status 1")
	require.ErrorContains(t, err, "the release is broken")
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
