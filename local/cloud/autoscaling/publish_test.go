package autoscaling

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/ec2"
)

// last returns what was published of a metric in the last complete minute.
func (s *shop) last(namespace, name, dimension, value string) cloudwatch.Datapoint {
	s.Helper()
	points, err := s.Host.Metrics.Latest(cloudwatch.Metric{Namespace: namespace, Name: name, Dimensions: []cloudwatch.Dimension{{Name: dimension, Value: value}}}, 60, 1)
	require.NoError(s, err)
	return points[0]
}

func (s *shop) size(name string) int {
	return int(s.last("AWS/AutoScaling", name, "AutoScalingGroupName", "group").Max)
}

func TestAGroupPublishesTheSizesThatAreEnabled(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.open()
	cloudtest.Eventually(t, "instances are watched", func() bool {
		return s.last("AWS/EC2", "StatusCheckFailed", "AutoScalingGroupName", "group").Count == 3
	})
	require.Empty(t, s.Host.Metrics.List("AWS/AutoScaling", ""), "no metric is enabled")

	s.group.EnabledMetrics = []string{"GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity", "GroupInServiceInstances",
		"GroupPendingInstances", "GroupTerminatingInstances", "GroupTotalInstances", "GroupTotalCapacity"}
	s.group.MinSize = 4
	s.updateGroup()
	cloudtest.Eventually(t, "four are in service", func() bool {
		return s.size("GroupInServiceInstances") == 4 && s.size("GroupTotalInstances") == 4
	})
	require.Equal(t, []int{4, 6, 4, 0, 0, 4}, []int{s.size("GroupMinSize"), s.size("GroupMaxSize"), s.size("GroupDesiredCapacity"),
		s.size("GroupPendingInstances"), s.size("GroupTerminatingInstances"), s.size("GroupTotalCapacity")})
	require.Len(t, s.Host.Metrics.List("AWS/AutoScaling", ""), len(s.group.EnabledMetrics))
}

func TestAnInstancePublishesHowBusyItIsEveryMinuteIfThatIsDeclared(t *testing.T) {
	t.Parallel()
	for name, monitoring := range map[string]*ec2.Monitoring{"detailed": {Enabled: true}, "basic": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			spec := template("version 1")
			spec.InstanceType, spec.Monitoring = "t4g.small", monitoring
			_, err := s.templates.Update(t.Context(), cloudtest.Named("template"), spec)
			require.NoError(t, err)
			s.group.LaunchTemplate.Version = "$Latest"
			s.open()
			var id string
			for id = range s.instances() {
			}
			total := func(name string) cloudwatch.Datapoint {
				points, err := s.Host.Metrics.Latest(cloudwatch.Metric{Namespace: "AWS/EC2", Name: name, Dimensions: []cloudwatch.Dimension{{Name: "InstanceId", Value: id}}}, 3600, 1)
				require.NoError(t, err)
				return points[0]
			}
			stop := s.load(4)
			cloudtest.Eventually(t, "it is busy", func() bool { return total("CPUUtilization").Sum > 0 })
			_, failures := stop()
			require.Empty(t, failures)
			require.LessOrEqual(t, total("CPUUtilization").Max, 100.0)
			cloudtest.Eventually(t, "minutes go by", func() bool { return total("StatusCheckFailed").Count >= 6 })
			checks, samples := total("StatusCheckFailed").Count, total("CPUUtilization").Count
			types := s.Host.Metrics.List("AWS/EC2", "", cloudwatch.Dimension{Name: "InstanceType", Value: "t4g.small"})
			if monitoring == nil {
				require.LessOrEqual(t, samples, checks/5+1)
				require.Empty(t, types)
			} else {
				require.GreaterOrEqual(t, samples, checks-2)
				require.Len(t, types, 1)
			}
			require.NotEmpty(t, s.Host.Metrics.List("AWS/EC2", "CPUUtilization", cloudwatch.Dimension{Name: "AutoScalingGroupName", Value: "group"}))
		})
	}
}

func TestAnInstanceThatHangsFailsItsStatusChecks(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.group.HealthCheckType = "EC2"
	s.open()
	var id string
	for id = range s.instances() {
	}
	failed := func() float64 { return s.last("AWS/EC2", "StatusCheckFailed", "InstanceId", id).Max }
	cloudtest.Eventually(t, "it is watched", func() bool { return s.last("AWS/EC2", "StatusCheckFailed", "InstanceId", id).Count == 1 })
	require.Zero(t, failed())
	pid := s.instances()[id].PID
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	cloudtest.Eventually(t, "its checks fail", func() bool { return failed() == 1 })
	require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
	cloudtest.Eventually(t, "it is well again", func() bool {
		return s.last("AWS/EC2", "StatusCheckFailed", "InstanceId", id).Count == 1 && failed() == 0
	})
}

func TestAGroupAtRestDoesNotLookAgainAtOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t).open()
	group, err := s.groups.groups.Get("group")
	require.NoError(t, err)
	group.mu.Lock()
	defer group.mu.Unlock()
	require.Positive(t, group.untilDeadline(time.Now()), "nobody has a maximum lifetime")
}
