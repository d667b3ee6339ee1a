package operate_test

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

func TestAParameterThatIsNotModelledIsRefused(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	for _, c := range []struct{ form, code, parameter string }{
		{"Version=2011-01-01&Action=DescribeAutoScalingGroups&Filters.member.1.Name=tag:Nope&Filters.member.1.Values.member.1=none", "ValidationError", "Filters.member.1.Name"},
		{"Version=2011-01-01&Action=StartInstanceRefresh&Preferences.Nope=1", "ValidationError", "Preferences.Nope"},
		{"Version=2016-11-15&Action=DescribeInstances&Nope=1", "InvalidParameterValue", "Nope"},
		{"Version=2016-11-15&Action=TerminateInstances&InstanceId.2=i-1", "InvalidParameterValue", "InstanceId.2"},
		{"Version=2014-10-31&Action=DescribeDBInstances&Nope=1", "InvalidParameterValue", "Nope"},
		{"Version=2015-02-02&Action=DescribeReplicationGroups&Nope=1", "InvalidParameterValue", "Nope"},
		{"Version=2011-06-15&Action=GetCallerIdentity&Nope=1", "ValidationError", "Nope"},
	} {
		status, answer := a.send("eu-west-1", "", c.form)
		require.Equal(t, http.StatusBadRequest, status, c.form)
		require.Contains(t, answer, "<Code>"+c.code+"</Code><Message>"+c.parameter+" is not modelled in the local cloud</Message>", c.form)
	}

	const alarms = "GraniteServiceVersion20100801.DescribeAlarms"
	for body, parameter := range map[string]string{
		`{"AlarmTypes":["CompositeAlarm"]}`: "AlarmTypes",
		`{"alarmnames":["slow"]}`:           "alarmnames",
	} {
		status, answer := a.send("eu-west-1", alarms, body)
		require.Equal(t, http.StatusBadRequest, status, body)
		require.JSONEq(t, `{"__type":"ValidationError","message":"`+parameter+` is not modelled in the local cloud"}`, answer)
	}
	_, answer := a.send("eu-west-1", "GraniteServiceVersion20100801.ListMetrics", `{"metric":{"Namespace":"shop"}}`)
	require.Contains(t, answer, "metric is not modelled")
	_, answer = a.send("eu-west-1", "GraniteServiceVersion20100801.GetMetricData",
		`{"MetricDataQueries":[{"Id":"a"},{"Id":"b","MetricStat":{"Metric":{"Nope":1}}}]}`)
	require.Contains(t, answer, "MetricDataQueries.2.MetricStat.Metric.Nope is not modelled")
	_, err := cloudwatch.NewFromConfig(a.config()).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{
		AlarmTypes: []types.AlarmType{types.AlarmTypeCompositeAlarm}})
	require.Equal(t, "ValidationError", cloudtest.ErrorCode(t, err))
	require.ErrorContains(t, err, "AlarmTypes is not modelled in the local cloud")
}

func TestWhatChangesNothingIsTaken(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	cloudtest.Declare(t, a.LaunchTemplates, shop, release("version 1"))
	for _, form := range []string{
		"Version=2011-01-01&Action=DescribeAutoScalingGroups&Filters=&MaxRecords=50", // an empty list is sent so
		"Version=2016-11-15&Action=DescribeLaunchTemplateVersions&LaunchTemplateId=" + shop + "&MaxResults=5",
		"Version=2015-12-01&Action=DescribeTargetGroups&PageSize=5",
	} {
		status, answer := a.send("eu-west-1", "", form)
		require.Equal(t, http.StatusOK, status, answer)
	}
	a.watch("DescribeAlarms", `{"AlarmTypes":[],"ParentsOfAlarmName":null,"ActionPrefix":"","MaxRecords":10}`)
	a.watch("ListMetrics", `{"MaxResults":10}`)
}
