package autoscaling

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/autoscaling/scaling"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/cloudwatch"
)

// offered is a load of requests that the healthy instances share.
type offered struct {
	*shop
	mu     sync.Mutex
	load   float64
	values []float64 // requests per target, by minutes
}

func (o *offered) Latest(_ cloudwatch.Metric, _, count int) ([]cloudwatch.Datapoint, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	points := make([]cloudwatch.Datapoint, count)
	for i := range points {
		if at := len(o.values) - count + i; at >= 0 {
			points[i].Add(o.values[at])
		}
	}
	return points, nil
}

// minute lets a minute pass: the group looks at what its metric is now.
func (o *offered) minute() {
	o.Helper()
	g, err := o.groups.find("group")
	require.NoError(o, err)
	o.mu.Lock()
	o.values = append(o.values, o.load/float64(max(1, o.healthy())))
	o.mu.Unlock()
	for looked := false; !looked; {
		changed := g.nextLook()
		o.groups.Measured()
		<-changed
		g.mu.Lock()
		looked = !g.measured
		g.mu.Unlock()
	}
}

// desired returns the size that the group should have, when it has it.
func (o *offered) size() int {
	o.Helper()
	var d Description
	cloudtest.Eventually(o.T, "the group has its size", func() bool {
		var err error
		d, err = o.groups.Describe("group")
		require.NoError(o, err)
		return len(d.Instances) == d.Desired && o.healthy() == d.Desired
	})
	return d.Desired
}

// openScaled launches a group of 2 to 5 that aims at 100 requests a minute for each instance.
func openScaled(t *testing.T) *offered {
	s := newShop(t)
	o := &offered{shop: s, load: 150}
	s.groups.Watch(nil, o)
	s.group.MinSize, s.group.MaxSize, s.group.DefaultInstanceWarmup = 2, 5, new(0)
	s.open()
	cloudtest.Declare(t, s.groups.Policies(), "requests", scaling.Policy{
		GroupName: "group", PolicyType: "TargetTrackingScaling",
		TargetTracking: &scaling.TargetTracking{TargetValue: 100, Predefined: &scaling.PredefinedMetric{
			Type: "ALBRequestCountPerTarget", ResourceLabel: "app/lb/1/targetgroup/tg/2"}}})
	return o
}

func TestAGroupFollowsItsLoad(t *testing.T) {
	t.Parallel()
	o := openScaled(t)
	for range 5 {
		o.minute()
	}
	require.Equal(t, 2, o.size(), "75 requests for each are less than 100")
	o.load = 450
	o.minute()
	o.minute()
	require.Equal(t, 2, o.size(), "two minutes are too few to grow")
	o.minute()
	require.Equal(t, 5, o.size())
	require.Len(t, o.servedBy(10), 5)
	for range 20 {
		o.minute()
	}
	require.Equal(t, 5, o.size(), "90 requests for each are not a tenth less than 100")
	o.load = 240
	for range 14 {
		o.minute()
	}
	require.Equal(t, 5, o.size(), "fourteen minutes are too few to shrink")
	o.minute()
	require.Equal(t, 3, o.size(), "48 requests for each of five are 80 for each of three")
	o.load = 0
	for range 15 {
		o.minute()
	}
	require.Equal(t, 2, o.size())
}

func TestAlarmsDoNotScaleAGroupWhoseNotificationsAreSuspended(t *testing.T) {
	t.Parallel()
	o := openScaled(t)
	require.NoError(t, o.groups.SuspendProcesses("group", []string{"AlarmNotification"}))
	o.load = 450
	for range 3 {
		o.values = append(o.values, o.load)
		o.groups.Measured()
	}
	require.Equal(t, 2, o.size())
	require.NoError(t, o.groups.ResumeProcesses("group", nil))
	cloudtest.Eventually(t, "it grows", func() bool { return o.size() == 5 })
}
