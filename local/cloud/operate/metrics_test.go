package operate_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
)

// visit opens a shop to the internet, and has its load balancer answer a number of requests.
func (a *account) visit(requests int) {
	a.Helper()
	a.openShop()
	for _, subnet := range cloudtest.AppSubnets {
		cloudtest.Declare(a.T, a.RouteTableAssociations, subnet, ec2.RouteTableAssociation{RouteTableID: "rtb-public", SubnetID: subnet})
	}
	cloudtest.Declare(a.T, a.Routes, "internet", ec2.Route{
		RouteTableID: "rtb-public", DestinationCidrBlock: "0.0.0.0/0", NextHop: ec2.NextHop{GatewayID: "igw"}})
	browser, url := cloudtest.Browser(a.T), cloudtest.ComponentOf(a.T, a.Status(), "load balancer").Address
	for range requests {
		answer, err := cloudtest.Get(browser, url)
		require.NoError(a, err)
		require.Equal(a, http.StatusOK, answer.Status)
	}
}

// counted waits until the metrics have all requests. It returns the metric that counts those of the load balancer in all
// zones, and its statistics. It asks through the SDK: every question of the CLI starts an interpreter.
func (a *account) counted(requests int) (metric types.Metric, statistics *cloudwatch.GetMetricStatisticsOutput) {
	a.Helper()
	client, start, end := cloudwatch.NewFromConfig(a.config()), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	cloudtest.Eventually(a.T, "all are counted", func() bool {
		listed, err := client.ListMetrics(a.Context(), &cloudwatch.ListMetricsInput{Namespace: new("AWS/ApplicationELB"), MetricName: new("RequestCount")})
		require.NoError(a, err)
		i := slices.IndexFunc(listed.Metrics, func(m types.Metric) bool { return len(m.Dimensions) == 1 && *m.Dimensions[0].Name == "LoadBalancer" })
		if i < 0 {
			return false
		}
		metric = listed.Metrics[i]
		statistics, err = client.GetMetricStatistics(a.Context(), &cloudwatch.GetMetricStatisticsInput{
			Namespace: metric.Namespace, MetricName: metric.MetricName, Dimensions: metric.Dimensions, StartTime: &start, EndTime: &end,
			Period: new(int32(60)), Statistics: []types.Statistic{types.StatisticSum, types.StatisticMaximum}, ExtendedStatistics: []string{"p90"}})
		require.NoError(a, err)
		total := 0.0
		for _, p := range statistics.Datapoints {
			total += *p.Sum
		}
		return total == float64(requests)
	})
	return metric, statistics
}

func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}

func TestTheRequestsOfALoadBalancerAreSeenInItsMetricsByTheSDK(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.visit(7)
	client, start, end := cloudwatch.NewFromConfig(a.config()), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	requests, statistics := a.counted(7)
	point := statistics.Datapoints[0]
	require.Equal(t, types.StandardUnitCount, point.Unit)
	require.Equal(t, 1.0, *point.Maximum)
	require.InDelta(t, 1, point.ExtendedStatistics["p90"], 0.01)
	require.Nil(t, point.Average, "nobody asked for it")

	stat := &types.MetricStat{Metric: &requests, Period: new(int32(60)), Stat: new("Sum")}
	query := &cloudwatch.GetMetricDataInput{StartTime: &start, EndTime: &end, ScanBy: types.ScanByTimestampAscending, MetricDataQueries: []types.MetricDataQuery{
		{Id: new("requests"), MetricStat: stat}, {Id: new("twice"), Expression: new("requests * half * 4"), Label: new("twice as many")},
		{Id: new("half"), Expression: new("IF(requests > 0, 0.5)"), ReturnData: new(false)}}}
	data, err := client.GetMetricData(t.Context(), query)
	require.NoError(t, err)
	require.Len(t, data.MetricDataResults, 2)
	plain, computed := data.MetricDataResults[0], data.MetricDataResults[1]
	require.Equal(t, "RequestCount", *plain.Label)
	require.Equal(t, "twice as many", *computed.Label)
	require.InDelta(t, 7, sum(plain.Values), 0)
	require.InDelta(t, 14, sum(computed.Values), 0)
	require.Equal(t, plain.Timestamps, computed.Timestamps)
	require.Equal(t, types.StatusCodeComplete, computed.StatusCode)

	query.MetricDataQueries[1].Expression = new("others * 2")
	_, err = client.GetMetricData(t.Context(), query)
	require.Equal(t, "ValidationError", cloudtest.ErrorCode(t, err))
	require.ErrorContains(t, err, `twice: "others" is no id of a query`)
}

func TestTheRequestsOfALoadBalancerAreSeenInItsMetricsByTheCLI(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.visit(5)
	start, end := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	total := func(points any, name string) (total float64) {
		listed, _ := points.([]any)
		for _, p := range listed {
			if name != "" {
				p = at(p, name)
			}
			total += p.(float64)
		}
		return total
	}
	const balancer = "LoadBalancer"
	a.counted(5)
	name := nameOf(a.mustAWS("cloudwatch", "list-metrics", "--metric-name", "RequestCount", "--dimensions", "Name="+balancer), balancer)
	statistics := a.mustAWS("cloudwatch", "get-metric-statistics", "--namespace", "AWS/ApplicationELB", "--metric-name", "RequestCount",
		"--dimensions", "Name="+balancer+",Value="+name, "--start-time", start, "--end-time", end, "--period", "60", "--statistics", "Sum")
	require.Equal(t, "RequestCount", at(statistics, "Label"))
	require.InDelta(t, 5, total(at(statistics, "Datapoints"), "Sum"), 0)
	data := a.mustAWS("cloudwatch", "get-metric-data", "--start-time", start, "--end-time", end, "--metric-data-queries",
		`[{"Id": "requests", "ReturnData": false, "MetricStat": {"Period": 60, "Stat": "Sum", "Metric": {"Namespace": "AWS/ApplicationELB",
			"MetricName": "RequestCount", "Dimensions": [{"Name": "`+balancer+`", "Value": "`+name+`"}]}}},
		  {"Id": "thrice", "Expression": "FILL(requests, 0) * 3"}]`)
	require.Equal(t, "thrice", at(data, "MetricDataResults", 0, "Label"))
	require.InDelta(t, 15, total(at(data, "MetricDataResults", 0, "Values"), ""), 0)
}

// nameOf is the first value of a dimension among metrics.
func nameOf(metrics map[string]any, dimension string) string {
	listed, _ := metrics["Metrics"].([]any)
	for _, m := range listed {
		dimensions, _ := at(m, "Dimensions").([]any)
		for _, d := range dimensions {
			if at(d, "Name") == dimension {
				return at(d, "Value").(string)
			}
		}
	}
	return ""
}
