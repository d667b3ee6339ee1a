package autoscaling

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

// zoneCounts counts the group's instances by zone.
func (s *shop) zoneCounts() map[string]int {
	s.Helper()
	d, err := s.groups.Describe("group")
	require.NoError(s, err)
	counts := map[string]int{}
	for _, i := range d.Instances {
		if i.LifecycleState == "InService" {
			counts[i.Zone]++
		}
	}
	return counts
}

func TestLaunchesAvoidALostZoneAndInstancesMoveBackWhenItRecovers(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.MaxSize = 3 // which the group exceeds by one for the move
	s.open()
	a, b, c := cloudtest.Zones[0], cloudtest.Zones[1], cloudtest.Zones[2]
	s.groups.LoseZone(a)
	for _, i := range s.instances() {
		if i.Zone == a {
			_, err := s.groups.TerminateInstance(i.ID, false)
			require.NoError(t, err)
		}
	}
	cloudtest.Eventually(t, "the others take over", func() bool { n := s.zoneCounts(); return n[a] == 0 && n[b]+n[c] == 3 })
	require.NoError(t, s.groups.SuspendProcesses("group", []string{"AZRebalance"}))
	stop := s.load(10)
	s.groups.RecoverZone(a)
	require.Equal(t, 0, s.zoneCounts()[a], "rebalancing is suspended")
	require.NoError(t, s.groups.ResumeProcesses("group", nil))
	cloudtest.Eventually(t, "balanced again", func() bool {
		return fmt.Sprint(s.zoneCounts()) == fmt.Sprint(map[string]int{a: 1, b: 1, c: 1}) && len(s.instances()) == 3
	})
	_, failures := stop()
	require.Empty(t, failures)
}

func TestAGroupLeavesAZoneThatItNoLongerHas(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	s.group.VPCZoneIdentifiers = cloudtest.AppSubnets[:2]
	s.updateGroup()
	cloudtest.Eventually(t, "moved", func() bool { return s.zoneCounts()[cloudtest.Zones[2]] == 0 && s.healthy() == 3 })
}

func TestAGroupWhoseZonesAreAllLostSaysSo(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, zone := range cloudtest.Zones {
		s.groups.LoseZone(zone)
	}
	_, err := s.groups.Create(t.Context(), cloudtest.Named("group"), s.group)
	require.ErrorContains(t, err, "every Availability Zone of the group is lost")
}

func TestDeclarationsThatAreNotModelledAreRefused(t *testing.T) {
	t.Parallel()
	for property, want := range map[string]string{
		`"mixedInstancesPolicy": {"launchTemplate": {}}`:       "mixedInstancesPolicy: not modelled",
		`"warmPool": {"minSize": 1}`:                           "warmPool: not modelled",
		`"launchConfiguration": "old"`:                         "launchConfiguration: not modelled",
		`"initialLifecycleHooks": [{"name": "hook"}]`:          "initialLifecycleHooks: not modelled",
		`"terminationPolicies": ["arn:aws:lambda:x"]`:          `terminationPolicies: "arn:aws:lambda:x" is not modelled`,
		`"suspendedProcesses": ["Sleep"]`:                      `suspendedProcesses: "Sleep" is none of`,
		`"maxInstanceLifetime": 60`:                            "less than a day",
		`"maxSize": 0`:                                         "maxSize: 0 is less than minSize, 1",
		`"instanceRefresh": {"strategy": "ReplaceRootVolume"}`: `strategy "ReplaceRootVolume" is not modelled`,
		`"instanceRefresh": {"triggers": ["tag"]}`:             "triggers are not modelled",
		`"instanceMaintenancePolicy": {"minHealthyPercentage": 90, "maxHealthyPercentage": 300}`: "is not from 100 to 200",
	} {
		var g Group
		require.NoError(t, json.Unmarshal([]byte(`{"minSize": 1, "maxSize": 3, "vpcZoneIdentifiers": ["subnet"], `+property+`}`), &g))
		require.ErrorContains(t, g.check(), want, property)
	}
	var g Group
	require.NoError(t, json.Unmarshal([]byte(`{"minSize": 1, "maxSize": 3, "vpcZoneIdentifiers": ["subnet"], "warmPool": null, "loadBalancers": []}`), &g))
	require.NoError(t, g.check())
}

func TestAnInstanceThatHasReachedItsLifetimeIsReplaced(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.Host.Timings.Scale = 1.0 / 43200 // two seconds a day
	s.group.MinSize, s.group.MaxInstanceLifetime = 1, 86400
	s.open()
	before := s.anyone()
	cloudtest.Eventually(t, "replaced", func() bool { _, there := s.instances()[before]; return !there && s.healthy() == 1 })
}
