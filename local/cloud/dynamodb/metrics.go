package dynamodb

import (
	"bytes"
	"net/http"
	"time"

	"myclothes/local/cloud/cloudwatch"
)

// publish publishes, in AWS/DynamoDB, what is measured of a call on a table, as
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
// lists it:
//
//	by TableName and Operation: SuccessfulRequestLatency (milliseconds, dynalite's),
//	  SystemErrors (count)
//	by TableName: ConditionalCheckFailedRequests (count)
//	of the account: UserErrors (count)
//
// Not published, because dynalite has none of it: capacity and throttling, sizes and
// numbers of items returned, time to live, transactions, streams and replicas.
func (s *Tables) publish(table, operation string, answer forwarded, took time.Duration) {
	ofTable := cloudwatch.Dimension{Name: "TableName", Value: table}
	add := func(name, unit string, value float64, dimensions ...cloudwatch.Dimension) {
		s.host.Metrics.Add(cloudwatch.Metric{Namespace: "AWS/DynamoDB", Name: name, Unit: unit, Dimensions: dimensions}, value)
	}
	ofOperation := cloudwatch.Dimension{Name: "Operation", Value: operation}
	switch {
	case answer.status < 300:
		add("SuccessfulRequestLatency", "Milliseconds", float64(took)/float64(time.Millisecond), ofTable, ofOperation)
	case answer.status >= http.StatusInternalServerError:
		add("SystemErrors", "Count", 1, ofTable, ofOperation)
	case bytes.Contains(answer.body, []byte("ConditionalCheckFailedException")):
		add("ConditionalCheckFailedRequests", "Count", 1, ofTable)
	default:
		add("UserErrors", "Count", 1)
	}
}
