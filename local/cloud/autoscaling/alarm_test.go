package autoscaling

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/cloudwatch"
)

// watchErrors declares an alarm on more than one in twenty requests at the load balancer
// that its targets fail, and has groups look at alarms.
func (s *shop) watchErrors() *cloudwatch.Alarms {
	s.Helper()
	alarms := cloudwatch.NewAlarms(s.Host.Metrics, s.Host.Events, "eu-west-1")
	s.groups.Watch(alarms, s.Host.Metrics)
	alarms.OnChange(func(cloudwatch.Change) { s.groups.Wake() })
	query := func(id, name string) cloudwatch.MetricQuery {
		return cloudwatch.MetricQuery{ID: id, Metric: &cloudwatch.MetricStat{
			Namespace: "AWS/ApplicationELB", MetricName: name, Dimensions: map[string]string{"LoadBalancer": "lb"}, Period: 60, Stat: "Sum"}}
	}
	require.NoError(s, alarms.Put(cloudwatch.MetricAlarm{
		Name: "errors", ComparisonOperator: "GreaterThanThreshold", Threshold: new(5.0), EvaluationPeriods: 2, TreatMissingData: "notBreaching",
		MetricQueries: []cloudwatch.MetricQuery{
			{ID: "rate", Expression: "100 * failed / all", ReturnData: true},
			query("failed", "HTTPCode_Target_5XX_Count"), query("all", "RequestCount"),
		},
	}))
	return alarms
}

// A handler that fails is no reason for AWS to stop a refresh: its health checks pass. An
// alarm on the load balancer's metrics is, if the refresh names it.
func TestAnAlarmOnTheLoadBalancersMetricsRollsABadReleaseBack(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	alarms := s.watchErrors()
	s.open()
	stop := s.load(10)
	cloudtest.Eventually(t, "the alarm has looked", func() bool {
		state, _ := alarms.State("errors")
		return state == cloudwatch.OK
	})
	s.start(desired(s.version("refuses writes"), func(p *refresh.Preferences) {
		p.AlarmSpecification = &refresh.AlarmChoice{Alarms: []string{"errors"}}
		p.AutoRollback, p.BakeTime = true, 172800
	}))
	r := s.refreshed()
	_, failures := stop()
	require.Equal(t, refresh.RollbackSuccessful, r.Status, r.Reason)
	require.Equal(t, "CloudWatch alarm errors is in ALARM state", r.Reason)
	require.NotEmpty(t, failures, "without them no alarm would have gone off")
	a, err := cloudtest.Post(cloudtest.Browser(t), s.url, "a write")
	require.NoError(t, err)
	require.Equal(t, "version 1", a.Body)
	require.Equal(t, 200, a.Status)
	cloudtest.Eventually(t, "the alarm is over", func() bool {
		state, _ := alarms.State("errors")
		return state == cloudwatch.OK
	})
	var told []string
	for _, e := range s.Host.Events.After(0) {
		if e.Kind == aws.AlarmChanged {
			told = append(told, e.Subject)
		}
	}
	require.GreaterOrEqual(t, len(told), 3)
}
