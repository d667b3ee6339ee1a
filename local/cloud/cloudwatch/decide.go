package cloudwatch

import (
	"fmt"
	"math"
	"strings"
)

// extraDatapoints is how many periods more than its evaluationPeriods an alarm looks at,
// in case some have no data. AWS does not say how it chooses the number; in all of its
// examples it is this one.
const extraDatapoints = 2

// retain is the state of an alarm that stays in the one in which it is.
const retain State = ""

// decide says in which state an alarm should be, and why, by the datapoints of its
// evaluation range, the oldest first; NaN stands for a missing one. The rules, with
// examples, are AWS's:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func (a MetricAlarm) decide(points []float64) (State, string) {
	var values []float64 // the newest that are there, at most as many as are needed
	oldest := 0          // how many periods ago the last of them was; 1 is the newest period
	for age := 1; age <= len(points) && len(values) < a.EvaluationPeriods; age++ {
		if value := points[len(points)-age]; !math.IsNaN(value) {
			values, oldest = append(values, value), age
		}
	}
	breaching := a.breaching(values)
	missing := a.EvaluationPeriods - len(values)
	treatment := a.treatment()
	switch {
	case breaching >= a.datapointsToAlarm():
		return InAlarm, a.reason(values, breaching)
	case missing == 0:
		return OK, a.reason(values, breaching)
	case treatment == "breaching" && breaching+missing >= a.datapointsToAlarm():
		return InAlarm, filled(missing, "Breaching")
	case treatment == "breaching":
		return OK, filled(missing, "Breaching")
	case treatment == "notBreaching":
		return OK, filled(missing, "NonBreaching")
	case breaching < len(values):
		return OK, a.reason(values, breaching)
	// From here on, all that is there breaches, or nothing is there.
	case treatment == "ignore":
		return retain, ""
	case len(values) > 0 && oldest >= a.datapointsToAlarm():
		return InAlarm, a.reason(values, breaching)
	}
	// A datapoint that is too new to be believed is not enough data either: so said the
	// page's tables when they still had that row (- - - - X).
	return InsufficientData, fmt.Sprintf("Insufficient Data: %s unknown.", were(missing, "datapoint"))
}

// breaching counts the values that breach the threshold.
func (a MetricAlarm) breaching(values []float64) int {
	n := 0
	for _, value := range values {
		if comparisons[a.ComparisonOperator].breaches(value, *a.Threshold) {
			n++
		}
	}
	return n
}

// reason says what was compared, as AWS says it; the newest value is the last.
func (a MetricAlarm) reason(values []float64, breaching int) string {
	var list []string
	for i := len(values) - 1; i >= 0; i-- {
		list = append(list, fmt.Sprint(values[i]))
	}
	count := fmt.Sprintf("%d out of the last %s", breaching, plural(len(values), "datapoint"))
	verb := "were"
	if breaching == 1 {
		verb = "was"
	}
	return fmt.Sprintf("Threshold Crossed: %s [%s] %s %s the threshold (%v) (minimum %s for OK -> ALARM transition).",
		count, strings.Join(list, ", "), verb, comparisons[a.ComparisonOperator].words, *a.Threshold, plural(a.datapointsToAlarm(), "datapoint"))
}

func filled(missing int, as string) string {
	return fmt.Sprintf("Threshold Crossed: %s missing, and treated as [%s].", were(missing, "datapoint"), as)
}

func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func were(n int, thing string) string {
	if n == 1 {
		return "1 " + thing + " was"
	}
	return plural(n, thing) + " were"
}
