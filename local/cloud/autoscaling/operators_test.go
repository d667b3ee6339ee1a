package autoscaling

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/autoscaling/fleet"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
)

func (s *shop) anyone() string { return s.get(cloudtest.Browser(s.T), "/").Instance }

// settled waits until the group has exactly that many healthy instances and no other.
func (s *shop) settled(size int) {
	s.Helper()
	cloudtest.Eventually(s.T, "the group has its size", func() bool {
		d, err := s.groups.Describe("group")
		require.NoError(s, err)
		inService := slices.DeleteFunc(d.Instances, func(i fleet.Description) bool { return i.LifecycleState != "InService" })
		return len(d.Instances) == size && len(inService) == size
	})
}

func TestTheSizeIsSetWithinItsBoundsAndAfterACooldownIfThatIsHonoured(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.DefaultCooldown = new(172800)
	s.open()
	require.ErrorContains(t, s.groups.SetDesiredCapacity("group", 2, false), "value 2 is below min value 3")
	require.ErrorContains(t, s.groups.SetDesiredCapacity("group", 7, false), "value 7 is above max value 6")
	require.Equal(t, "ScalingActivityInProgress", code(t, s.groups.SetDesiredCapacity("group", 5, true)))
	require.NoError(t, s.groups.SetDesiredCapacity("group", 5, false))
	s.settled(5)

	s.group.MaxSize = 7
	s.updateGroup()
	s.settled(5) // an update of something else leaves the size alone
}

func TestATerminatedInstanceIsReplacedUnlessTheGroupIsToBeSmaller(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.ProtectFromScaleIn = true
	s.open()
	gone := s.anyone()
	activity, err := s.groups.TerminateInstance(gone, false)
	require.NoError(t, err)
	require.Equal(t, "Terminating EC2 instance: "+gone, activity.Description)
	s.settled(3)
	require.NotContains(t, s.instances(), gone)
	_, err = s.groups.TerminateInstance(gone, false)
	require.Equal(t, "ValidationError", code(t, err))
	_, err = s.groups.TerminateInstance(s.anyone(), true)
	require.ErrorContains(t, err, "desiredSize equals minSize (3)")

	s.group.MinSize = 1
	s.updateGroup()
	_, err = s.groups.TerminateInstance(s.anyone(), true)
	require.NoError(t, err)
	s.settled(2)
}

func TestAnInstanceThatIsSetUnhealthyIsReplaced(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	require.Equal(t, "ValidationError", code(t, s.groups.SetInstanceHealth(s.anyone(), "Poorly", false)))
	spared := s.anyone()
	require.NoError(t, s.groups.SetInstanceHealth(spared, "Unhealthy", true))
	require.Equal(t, "Healthy", s.describe(spared).HealthStatus, "its grace period has not ended")
	require.NoError(t, s.groups.SuspendProcesses("group", []string{"ReplaceUnhealthy"}))
	require.NoError(t, s.groups.SetInstanceHealth(spared, "Unhealthy", false))
	require.Equal(t, "Unhealthy", s.describe(spared).HealthStatus)
	require.NoError(t, s.groups.SetInstanceHealth(spared, "Healthy", false))

	sick := s.anyone()
	require.NoError(t, s.groups.SetInstanceHealth(sick, "Unhealthy", false))
	require.NoError(t, s.groups.ResumeProcesses("group", nil))
	cloudtest.Eventually(t, "replaced", func() bool { _, there := s.instances()[sick]; return !there && s.healthy() == 3 })
}

func TestSuspendedProcessesDoNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	require.Equal(t, "ValidationError", code(t, s.groups.SuspendProcesses("group", []string{"Sleep"})))
	require.NoError(t, s.groups.SuspendProcesses("group", []string{"Launch", "Terminate"}))
	require.NoError(t, s.groups.SetDesiredCapacity("group", 5, false))
	d, err := s.groups.Describe("group")
	require.NoError(t, err)
	require.Equal(t, 5, d.Desired)
	require.Equal(t, "Launch", d.Suspended[0].Name)
	require.Len(t, d.Instances, 3)
	s.start(refresh.Request{Preferences: launchFirst})
	require.NoError(t, s.groups.SuspendProcesses("group", []string{"InstanceRefresh"}))
	require.NoError(t, s.groups.ResumeProcesses("group", []string{"Launch", "Terminate"}))
	s.settled(5)
	require.Zero(t, s.lastRefresh().Replaced)
	require.NoError(t, s.groups.ResumeProcesses("group", nil))
	require.Equal(t, refresh.Successful, s.refreshed().Status)
}

func TestInstancesLaunchedWhileNobodyIsAddedGetNoRequests(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	require.NoError(t, s.groups.SuspendProcesses("group", []string{"AddToLoadBalancer"}))
	require.NoError(t, s.groups.SetDesiredCapacity("group", 5, false))
	s.settled(5)
	require.NoError(t, s.groups.ResumeProcesses("group", nil))
	require.Len(t, s.servedBy(15), 3, "they are not added later")
}

func TestTheStoryTellsOfInstancesSizesAndRefreshes(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	require.NoError(t, s.groups.SetDesiredCapacity("group", 4, false))
	s.settled(4)
	s.start(desired(s.version("version 2"), nil))
	s.refreshed()
	told := map[aws.EventKind]int{}
	for _, e := range s.Host.Events.After(0) {
		told[e.Kind]++
		switch e.Kind {
		case aws.InstanceLaunched, aws.InstanceInService, aws.InstanceTerminated:
			require.True(t, slices.Contains(cloudtest.Zones, e.Zone), "%+v", e)
			require.Regexp(t, "^i-", e.Subject)
		case aws.SizeChanged:
			require.Equal(t, "from 3 to 4: a user request explicitly set group desired capacity", e.Detail)
		}
	}
	require.Equal(t, 8, told[aws.InstanceLaunched])
	require.Equal(t, 8, told[aws.InstanceInService])
	require.Equal(t, 4, told[aws.InstanceTerminated])
	require.Equal(t, 2, told[aws.RefreshChanged], "in progress, successful")
	require.Equal(t, 1, told[aws.SizeChanged])
	activities, err := s.groups.Activities("group")
	require.NoError(t, err)
	require.Len(t, activities, 12)
	for _, a := range activities {
		require.Equal(t, fleet.ActivitySuccessful, a.Status)
	}
}

func TestScaleInProtectedInstancesStay(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Host.Timings.Scale = impatient
	s.group.ProtectFromScaleIn, s.group.MinSize, s.group.DesiredCapacity = true, 1, new(3)
	s.open()
	before := s.instances()
	require.NoError(t, s.groups.SetDesiredCapacity("group", 1, false))
	s.start(refresh.Request{Preferences: refresh.Preferences{InstanceWarmup: "0"}})
	r := s.refreshed()
	require.Equal(t, refresh.Failed, r.Status, "it waits for an hour")
	require.Equal(t, "Waiting for instances that are protected from scale in.", r.Reason)
	require.Equal(t, before, s.instances())
	s.start(refresh.Request{Preferences: refresh.Preferences{ScaleInProtectedInstances: "Ignore"}})
	require.Equal(t, refresh.Successful, s.refreshed().Status)
	require.Equal(t, before, s.instances())
}
