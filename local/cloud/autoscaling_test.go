package cloud

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAKilledInstanceIsReplacedInItsZone(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil).open()
	client := browser(t)
	before := s.instances()
	killed := s.get(client, "/").instance
	s.kill(client, killed)
	eventually(t, "replaced", func() bool {
		_, there := s.instances()[killed]
		return !there && s.countHealthy("cart instance") == 3
	})
	zones := map[string]int{}
	for _, c := range s.instances() {
		zones[c.Zone]++
	}
	require.Len(t, zones, 3)
	require.FileExists(t, before[killed].Log, "the log of a dead instance is what people need")
	require.NoDirExists(t, s.path("instances", killed))
}

func TestAnInstanceThatFallsSickIsReplacedIfTheLoadBalancersChecksCount(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil).open()
	s.group.HealthCheckGracePeriod = new(0)
	s.updateGroup()
	sick := s.get(browser(t), "/fall-sick").instance
	eventually(t, "replaced", func() bool {
		_, there := s.instances()[sick]
		return !there && s.countHealthy("cart instance") == 3
	})
}

func TestAGroupGrowsAndShrinksWithinItsBounds(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil).open()
	s.group.MinSize = 5
	s.updateGroup()
	require.Len(t, s.servedBy(browser(t), 10), 5)

	s.group.MinSize, s.group.MaxSize = 1, 2
	s.updateGroup()
	eventually(t, "smaller", func() bool { return len(s.instances()) == 2 })
	zones := map[string]bool{}
	for _, c := range s.instances() {
		zones[c.Zone] = true
	}
	require.Len(t, zones, 2)
}

func TestABrokenReleaseFailsFastWithTheEndOfItsLogAndLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	_, err := s.LaunchTemplates.Update(t.Context(), named("template"), s.template("broken"))
	require.NoError(t, err)
	s.group.LaunchTemplate.Version = "$Latest"
	started := time.Now()
	_, err = s.AutoScalingGroups.Create(t.Context(), named("group"), s.group)
	require.ErrorContains(t, err, "auto scaling group group: launches keep failing: instance i-")
	require.ErrorContains(t, err, "the process ended: exit status 1")
	require.ErrorContains(t, err, "the release is broken")
	require.Less(t, time.Since(started), 10*time.Second)
	require.Empty(t, s.processes.live)
	require.Empty(t, s.instances())
}

func TestInstancesThatNeverBecomeHealthyAreNamedWithTheReason(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	_, err := s.LaunchTemplates.Update(t.Context(), named("template"), s.template("sick"))
	require.NoError(t, err)
	s.group.LaunchTemplate.Version = "$Latest"
	s.group.HealthCheckGracePeriod = new(0)
	_, err = s.AutoScalingGroups.Create(t.Context(), named("group"), s.group)
	require.ErrorContains(t, err, "never became healthy: 503 from /healthz")
}

func TestAnInstanceGetsOnlyWhatItsRoleAndGroupsLetItHave(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(*shop) error
		want  string
	}{
		"no policy": {func(s *shop) error { return s.RolePolicies.Delete(s.t.Context(), named("app-policy")) }, "access denied"},
		"no egress": {func(s *shop) error { return s.EgressRules.Delete(s.t.Context(), named("sg-app-internet")) }, "refused by the security groups"},
		"no object": {func(s *shop) error { return s.Objects.Delete(s.t.Context(), named("release")) }, "no such object"},
		"altered object": {func(s *shop) error {
			_, sum := testProgram()
			return os.WriteFile(s.objects.path("releases", "cart/"+sum), []byte("altered"), 0o600)
		}, "its sha256 is"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, nil)
			require.NoError(t, c.spoil(s))
			_, err := s.AutoScalingGroups.Create(t.Context(), named("group"), s.group)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestAnInstanceSeesNothingOfThisProcessesEnvironment(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil).open()
	for _, c := range s.instances() {
		environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", c.PID))
		require.NoError(t, err)
		require.Contains(t, string(environment), "CART_INSTANCE_ID="+c.ID)
		require.NotContains(t, string(environment), "HOME=")
	}
}

func TestCloseEndsAGroupThatIsStillLaunching(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	s.group.WaitForCapacityTimeout = "0"
	s.open()
	require.NoError(t, s.AutoScalingGroups.(closer).close(t.Context()))
	require.Empty(t, s.processes.live)
	require.Len(t, s.network.interfaces, 5, "the load balancer's and the fixture's")
}
