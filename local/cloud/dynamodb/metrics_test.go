package dynamodb

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/cloudwatch"
)

func TestCallsOnATableAreMeasured(t *testing.T) {
	t.Parallel()
	a := newTableAccount(t)
	a.AllowInternet("sg-app")
	client := a.client()
	for range 3 {
		_, _ = count(a, client, "carts", "2") // the third is refused
	}
	published := func(name string, dimensions ...cloudwatch.Dimension) cloudwatch.Datapoint {
		points, err := a.Host.Metrics.Latest(cloudwatch.Metric{Namespace: "AWS/DynamoDB", Name: name, Dimensions: dimensions}, 3600, 1)
		require.NoError(t, err)
		return points[0]
	}
	table := cloudwatch.Dimension{Name: "TableName", Value: "carts"}
	cloudtest.Eventually(t, "all are published", func() bool {
		return published("ConditionalCheckFailedRequests", table).Sum == 1 &&
			published("SuccessfulRequestLatency", table, cloudwatch.Dimension{Name: "Operation", Value: "UpdateItem"}).Count == 2
	})
	require.Positive(t, published("SuccessfulRequestLatency", table, cloudwatch.Dimension{Name: "Operation", Value: "UpdateItem"}).Min)
	require.Zero(t, published("UserErrors").Count)
}
