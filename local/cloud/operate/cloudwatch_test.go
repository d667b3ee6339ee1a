package operate_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestAnAlarmIsPutSetDescribedAndDeletedByTheSDK(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	client := cloudwatch.NewFromConfig(a.config())
	put := &cloudwatch.PutMetricAlarmInput{
		AlarmName: new("errors"), Namespace: new("AWS/ApplicationELB"), MetricName: new("HTTPCode_Target_5XX_Count"),
		Dimensions: []types.Dimension{{Name: new("LoadBalancer"), Value: new("app/shop/1")}}, Statistic: types.StatisticSum,
		Period: new(int32(60)), EvaluationPeriods: new(int32(3)), DatapointsToAlarm: new(int32(2)), Threshold: new(5.0),
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, TreatMissingData: new("ignore"),
	}
	_, err := client.PutMetricAlarm(t.Context(), put)
	require.NoError(t, err)
	_, err = client.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{
		AlarmName: new("errors"), StateValue: types.StateValueAlarm, StateReason: new("a rehearsal")})
	require.NoError(t, err)

	described, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{StateValue: types.StateValueAlarm})
	require.NoError(t, err)
	require.Len(t, described.MetricAlarms, 1)
	alarm := described.MetricAlarms[0]
	require.Equal(t, types.StateValueAlarm, alarm.StateValue)
	require.Equal(t, "a rehearsal", *alarm.StateReason)
	require.WithinDuration(t, time.Now(), *alarm.StateUpdatedTimestamp, time.Minute)
	require.Equal(t, put.Dimensions, alarm.Dimensions)
	require.Equal(t, put.Threshold, alarm.Threshold)
	require.Equal(t, put.DatapointsToAlarm, alarm.DatapointsToAlarm)
	require.Nil(t, alarm.ExtendedStatistic)
	history, err := client.DescribeAlarmHistory(t.Context(), &cloudwatch.DescribeAlarmHistoryInput{AlarmName: new("errors")})
	require.NoError(t, err)
	require.Contains(t, *history.AlarmHistoryItems[0].HistorySummary, "to ALARM")

	_, err = client.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"errors", "others"}})
	require.Equal(t, "ResourceNotFound", cloudtest.ErrorCode(t, err))
	_, err = client.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"errors"}})
	require.NoError(t, err)
	described, err = client.DescribeAlarms(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, described.MetricAlarms)
	put.Threshold = nil
	_, err = client.PutMetricAlarm(t.Context(), put)
	require.Equal(t, "ValidationError", cloudtest.ErrorCode(t, err))
}

func TestAnAlarmIsPutSetAndDescribedByTheCLI(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.mustAWS("cloudwatch", "put-metric-alarm", "--alarm-name", "slow", "--namespace", "AWS/ApplicationELB", "--metric-name", "TargetResponseTime",
		"--dimensions", "Name=LoadBalancer,Value=app/shop/1", "Name=TargetGroup,Value=targetgroup/shop/1", "--extended-statistic", "p99",
		"--period", "60", "--evaluation-periods", "5", "--threshold", "0.5", "--comparison-operator", "GreaterThanThreshold")
	a.mustAWS("cloudwatch", "set-alarm-state", "--alarm-name", "slow", "--state-value", "ALARM", "--state-reason", "a rehearsal")
	described := a.mustAWS("cloudwatch", "describe-alarms", "--alarm-names", "slow")
	require.Equal(t, "slow", at(described, "MetricAlarms", 0, "AlarmName"))
	require.Equal(t, "p99", at(described, "MetricAlarms", 0, "ExtendedStatistic"))
	require.EqualValues(t, 5, at(described, "MetricAlarms", 0, "EvaluationPeriods"))
	require.Equal(t, "targetgroup/shop/1", at(described, "MetricAlarms", 0, "Dimensions", 1, "Value"))
	_, problem := a.aws("cloudwatch", "set-alarm-state", "--alarm-name", "none", "--state-value", "OK", "--state-reason", "-")
	require.Contains(t, problem, "(ResourceNotFound)")
}
