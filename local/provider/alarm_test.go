package provider_test

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm"

// errorRate is an alarm as Pulumi declares one.
func errorRate() properties {
	metric := func(id, name string) properties {
		return properties{"id": id, "metric": properties{
			"namespace": "AWS/ApplicationELB", "metricName": name, "period": 60, "stat": "Sum",
			"dimensions": properties{"LoadBalancer": "app/shop/0123456789abcdef"}}}
	}
	return properties{
		"alarmDescription": "one request in twenty fails", "comparisonOperator": "GreaterThanThreshold", "threshold": 5,
		"evaluationPeriods": 5, "datapointsToAlarm": 3, "treatMissingData": "notBreaching", "alarmActions": []any{"arn:aws:sns:eu-west-1:1:on-call"},
		"metricQueries": []any{
			properties{"id": "rate", "expression": "failed / all * 100", "label": "failed of all requests", "returnData": true},
			metric("failed", "HTTPCode_Target_5XX_Count"), metric("all", "RequestCount"),
		},
	}
}

func TestAnAlarmIsMadeAsDeclared(t *testing.T) {
	r := newRig(t)
	id, _, state := r.create("aws", alarm, errorRate())
	require.Regexp(t, `^thing-[0-9a-f]{7}$`, id)
	require.Equal(t, "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:"+id, state["arn"].StringValue())
	require.Empty(t, r.server.Recorded(), "it is no mere record")
}

func TestAnAlarmThatCannotBeEvaluatedHereIsRefused(t *testing.T) {
	r := newRig(t)
	declared := errorRate()
	declared["metricQueries"].([]any)[0].(properties)["expression"] = "ANOMALY_DETECTION_BAND(all)"
	checked, err := r.client("aws").Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn(alarm), News: r.wire(declared), RandomSeed: []byte("x")})
	require.NoError(t, err)
	_, err = r.client("aws").Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn(alarm), Properties: checked.Inputs})
	require.ErrorContains(t, err, "metricQueries: rate: function ANOMALY_DETECTION_BAND of 1 arguments is not modelled here")
}
