package cloudwatch

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// breachesAbove is a valid alarm on values above 1.
func breachesAbove() MetricAlarm {
	return MetricAlarm{
		Name: "errors", Namespace: "AWS/ApplicationELB", MetricName: "HTTPCode_Target_5XX_Count", Statistic: "Sum", Period: 60,
		Dimensions:         map[string]string{"LoadBalancer": "app/web/1"},
		ComparisonOperator: "GreaterThanThreshold", Threshold: new(1.0), EvaluationPeriods: 3,
	}
}

// datapointsOf reads AWS's notation: 0 is within the threshold, X breaches it, - is missing.
func datapointsOf(notation string) []float64 {
	var points []float64
	for mark := range strings.FieldsSeq(notation) {
		points = append(points, map[string]float64{"0": 0, "X": 5, "-": math.NaN()}[mark])
	}
	return points
}

// The tables of
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
// and what the text below them says.
func TestAlarmsTreatMissingDataAsAWSsTablesSay(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		datapointsToAlarm                        int // of 3
		points                                   string
		missing, ignore, breaching, notBreaching State
	}{
		{3, "0 - X - X", OK, OK, OK, OK},
		{3, "0 - - - -", OK, OK, OK, OK},
		{3, "- - - - -", InsufficientData, retain, InAlarm, OK},
		{3, "0 X X - X", InAlarm, InAlarm, InAlarm, InAlarm},
		{3, "- - X - -", InAlarm, retain, InAlarm, OK},
		{2, "0 - X - X", InAlarm, InAlarm, InAlarm, InAlarm},
		{2, "0 0 X 0 X", InAlarm, InAlarm, InAlarm, InAlarm},
		{2, "0 - X - -", OK, OK, InAlarm, OK},
		{2, "- - - - 0", OK, OK, InAlarm, OK},
		{2, "- - - X -", InAlarm, retain, InAlarm, OK},
		// The text: not immediately.
		{3, "- - - - X", InsufficientData, retain, InAlarm, OK},
		{3, "- - - X -", InsufficientData, retain, InAlarm, OK},
		{3, "- - - X 0", OK, OK, OK, OK},
		{3, "- - X - 0", OK, OK, OK, OK},
		// The tables of older versions of the page.
		{3, "X - - - -", InAlarm, retain, InAlarm, OK},
		{2, "- - - - X", InsufficientData, retain, InAlarm, OK},
		// Nothing is missing: the oldest two are of no account.
		{3, "0 0 X X X", InAlarm, InAlarm, InAlarm, InAlarm},
		{3, "X X X X 0", OK, OK, OK, OK},
	} {
		want := map[string]State{"missing": row.missing, "": row.missing, "ignore": row.ignore, "breaching": row.breaching, "notBreaching": row.notBreaching}
		for treatment, state := range want {
			alarm := breachesAbove()
			alarm.DatapointsToAlarm, alarm.TreatMissingData = row.datapointsToAlarm, treatment
			got, _ := alarm.decide(datapointsOf(row.points))
			require.Equal(t, state, got, "%d of 3: %s with %q", row.datapointsToAlarm, row.points, treatment)
		}
	}
}

// The figure of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
// threshold 3, three of three: ALARM from the third to the fifth of those that breach, OK
// when one does not, and still OK when only one breaches again.
func TestAnAlarmGoesOffAfterThreePeriodsAndEndsWithTheFirstGoodOne(t *testing.T) {
	t.Parallel()
	alarm := breachesAbove()
	alarm.Threshold = new(3.0)
	series := []float64{2, 2, 4, 4, 4, 5, 4, 2, 1, 4, 1}
	want := []State{OK, OK, OK, OK, InAlarm, InAlarm, InAlarm, OK, OK, OK, OK}
	for i := 2; i < len(series); i++ {
		state, _ := alarm.decide(series[max(0, i-4) : i+1])
		require.Equal(t, want[i], state, "period %d", i)
	}
}

func TestEveryComparisonKnowsItsEdge(t *testing.T) {
	t.Parallel()
	for operator, want := range map[string][3]State{ // below, at and above the threshold
		"GreaterThanThreshold":          {OK, OK, InAlarm},
		"GreaterThanOrEqualToThreshold": {OK, InAlarm, InAlarm},
		"LessThanThreshold":             {InAlarm, OK, OK},
		"LessThanOrEqualToThreshold":    {InAlarm, InAlarm, OK},
	} {
		alarm := breachesAbove()
		alarm.ComparisonOperator, alarm.EvaluationPeriods = operator, 1
		for i, value := range []float64{0, 1, 2} {
			state, _ := alarm.decide([]float64{value})
			require.Equal(t, want[i], state, "%v %s 1", value, operator)
		}
	}
}

func TestAReasonSaysWhatWasCompared(t *testing.T) {
	t.Parallel()
	alarm := breachesAbove()
	alarm.DatapointsToAlarm = 2
	_, reason := alarm.decide(datapointsOf("0 0 X 0 X"))
	require.Equal(t, "Threshold Crossed: 2 out of the last 3 datapoints [5, 0, 5] were greater than the threshold (1) (minimum 2 datapoints for OK -> ALARM transition).", reason)
	_, reason = alarm.decide(datapointsOf("- - - - -"))
	require.Equal(t, "Insufficient Data: 3 datapoints were unknown.", reason)
	alarm.TreatMissingData = "breaching"
	_, reason = alarm.decide(datapointsOf("0 - - - -"))
	require.Equal(t, "Threshold Crossed: 2 datapoints were missing, and treated as [Breaching].", reason)
}
