package operate_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
)

// send sends a body that is signed for a region, and returns what is answered.
func (a *account) send(region, target, body string) (status int, answer string) {
	a.Helper()
	request, err := http.NewRequestWithContext(a.Context(), http.MethodPost, a.url, strings.NewReader(body))
	require.NoError(a, err)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+a.accessKey+"/20261124/"+region+"/service/aws4_request, SignedHeaders=host, Signature=0")
	if target != "" {
		request.Header.Set("X-Amz-Target", target)
		request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(a, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(a, err)
	return response.StatusCode, string(text)
}

// watch asks CloudWatch in AWS JSON, as botocore does.
func (a *account) watch(operation, body string) (answer map[string]any) {
	a.Helper()
	status, text := a.send("eu-west-1", "GraniteServiceVersion20100801."+operation, body)
	require.Equal(a, http.StatusOK, status, text)
	require.NoError(a, json.Unmarshal([]byte(text), &answer))
	return answer
}

func TestTimesInAWSJSONAreSecondsSince1970(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.openShop()
	start, end := time.Now().Add(-time.Hour).Unix(), time.Now().Add(time.Hour).Unix()
	var balancer any
	cloudtest.Eventually(t, "the hosts are counted", func() bool {
		balancer = at(a.watch("ListMetrics", `{"Namespace":"AWS/ApplicationELB","MetricName":"HealthyHostCount"}`), "Metrics", 0, "Dimensions")
		return balancer != nil
	})
	dimensions, err := json.Marshal(balancer)
	require.NoError(t, err)
	metric := fmt.Sprintf(`"Namespace":"AWS/ApplicationELB","MetricName":"HealthyHostCount","Dimensions":%s`, dimensions)
	var first any
	cloudtest.Eventually(t, "a period has ended", func() bool {
		first = at(a.watch("GetMetricStatistics", fmt.Sprintf(`{%s,"StartTime":%d,"EndTime":%d.5,"Period":60,"Statistics":["Average"]}`, metric, start, end)), "Datapoints", 0)
		return first != nil
	})
	require.InDelta(t, time.Now().Unix(), at(first, "Timestamp"), 3600)
	data := a.watch("GetMetricData", fmt.Sprintf(
		`{"MetricDataQueries":[{"Id":"m","MetricStat":{"Metric":{%s},"Period":60,"Stat":"Average"}}],"StartTime":%d,"EndTime":%d,"ScanBy":"TimestampAscending"}`,
		metric, start, end))
	require.InDelta(t, time.Now().Unix(), at(data, "MetricDataResults", 0, "Timestamps", 0), 3600)

	a.watch("PutMetricAlarm", `{"AlarmName":"slow","Namespace":"shop","MetricName":"latency","Statistic":"Average","Period":60,"EvaluationPeriods":1,"Threshold":1,"ComparisonOperator":"GreaterThanThreshold"}`)
	require.InDelta(t, time.Now().Unix(), at(a.watch("DescribeAlarms", `{"AlarmNames":["slow"]}`), "MetricAlarms", 0, "StateUpdatedTimestamp"), 3600)
}
