package cloudwatch

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// State is one of the states of an alarm.
type State string

// The states of an alarm.
const (
	OK               State = "OK"
	InAlarm          State = "ALARM"
	InsufficientData State = "INSUFFICIENT_DATA"
)

// MetricAlarm is aws:cloudwatch/metricAlarm:MetricAlarm, and what put-metric-alarm takes:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
// It watches one metric, or the one of MetricQueries that returns data. What its actions
// name is not told: they are kept to be looked at.
type MetricAlarm struct {
	Name              string            `json:"name"`
	Description       string            `json:"alarmDescription"`
	Namespace         string            `json:"namespace"`
	MetricName        string            `json:"metricName"`
	Dimensions        map[string]string `json:"dimensions"`
	Statistic         string            `json:"statistic"`         // "Sum" …
	ExtendedStatistic string            `json:"extendedStatistic"` // "p99"
	Unit              string            `json:"unit"`
	Period            int               `json:"period"` // seconds of AWS, a multiple of 60
	MetricQueries     []MetricQuery     `json:"metricQueries"`

	ComparisonOperator                string   `json:"comparisonOperator"` // "GreaterThanThreshold" …
	Threshold                         *float64 `json:"threshold"`
	ThresholdMetricID                 string   `json:"thresholdMetricId"` // of anomaly detection, which is refused
	EvaluationPeriods                 int      `json:"evaluationPeriods"`
	DatapointsToAlarm                 int      `json:"datapointsToAlarm"`                 // evaluationPeriods if 0
	TreatMissingData                  string   `json:"treatMissingData"`                  // "missing" if empty
	EvaluateLowSampleCountPercentiles string   `json:"evaluateLowSampleCountPercentiles"` // "evaluate" if empty, or "ignore"

	ActionsEnabled          *bool    `json:"actionsEnabled"` // true if not declared
	AlarmActions            []string `json:"alarmActions"`
	OKActions               []string `json:"okActions"`
	InsufficientDataActions []string `json:"insufficientDataActions"`
}

// comparisons are what a datapoint may be compared with the threshold by, and how that is
// said in a reason.
var comparisons = map[string]struct {
	breaches func(value, threshold float64) bool
	words    string
}{
	"GreaterThanThreshold":          {func(v, t float64) bool { return v > t }, "greater than"},
	"GreaterThanOrEqualToThreshold": {func(v, t float64) bool { return v >= t }, "greater than or equal to"},
	"LessThanThreshold":             {func(v, t float64) bool { return v < t }, "less than"},
	"LessThanOrEqualToThreshold":    {func(v, t float64) bool { return v <= t }, "less than or equal to"},
}

// treatments are what may be made of missing data.
var treatments = []string{"missing", "ignore", "breaching", "notBreaching"}

// day is how long what an alarm looks at may be, in seconds; a week if its period is an
// hour or more.
const day = 24 * 60 * 60

// check refuses what AWS refuses, and what cannot be evaluated here.
func (a MetricAlarm) check() error {
	var problems []error
	refuse := func(wrong bool, format string, arguments ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, arguments...))
		}
	}
	refuse(a.Name == "", "name: an alarm needs one")
	_, known := comparisons[a.ComparisonOperator]
	refuse(!known || a.ThresholdMetricID != "", "comparisonOperator: %q is not compared with here; alarms that detect anomalies are not modelled", a.ComparisonOperator)
	refuse(a.Threshold == nil && a.ThresholdMetricID == "", "threshold: none declared")
	refuse(a.EvaluationPeriods < 1, "evaluationPeriods: %d, and at least 1 is needed", a.EvaluationPeriods)
	refuse(a.DatapointsToAlarm < 0 || a.DatapointsToAlarm > a.EvaluationPeriods,
		"datapointsToAlarm: %d of %d evaluationPeriods", a.DatapointsToAlarm, a.EvaluationPeriods)
	refuse(!slices.Contains(append(treatments, ""), a.TreatMissingData), "treatMissingData: %q is none of %q", a.TreatMissingData, treatments)
	refuse(!slices.Contains([]string{"", "evaluate", "ignore"}, a.EvaluateLowSampleCountPercentiles),
		"evaluateLowSampleCountPercentiles: %q is neither evaluate nor ignore", a.EvaluateLowSampleCountPercentiles)
	if len(a.MetricQueries) > 0 {
		refuse(a.MetricName != "" || a.Namespace != "" || a.Period != 0 || a.statistic() != "",
			"metricQueries: an alarm that has them declares no metricName, namespace, period and statistic of its own")
		problems = append(problems, checkQueries(a.MetricQueries))
	} else {
		refuse(a.MetricName == "" || a.Namespace == "", "metricName and namespace: both are needed")
		refuse(a.Statistic != "" && a.ExtendedStatistic != "", "statistic and extendedStatistic: only one may be declared")
		problems = append(problems, checkStatistic(a.statistic()))
	}
	problems = append(problems, a.checkPeriod())
	return errors.Join(problems...)
}

func (a MetricAlarm) checkPeriod() error {
	period := a.period()
	if _, err := Minutes(period); err != nil {
		return err
	}
	limit := day
	if period >= 60*60 {
		limit = 7 * day
	}
	if period*a.EvaluationPeriods > limit {
		return fmt.Errorf("period and evaluationPeriods: %d × %d s is more than %d s", a.EvaluationPeriods, period, limit)
	}
	return nil
}

func checkStatistic(name string) error {
	if _, err := (Summary{}).Statistic(name); err != nil {
		return err
	}
	return nil
}

// statistic is the declared one, of either kind.
func (a MetricAlarm) statistic() string { return cmp.Or(a.Statistic, a.ExtendedStatistic) }

// period is how many seconds of AWS each datapoint stands for.
func (a MetricAlarm) period() int {
	if len(a.MetricQueries) > 0 {
		return periodOf(a.MetricQueries)
	}
	return a.Period
}

// datapointsToAlarm is M of M out of N.
func (a MetricAlarm) datapointsToAlarm() int { return cmp.Or(a.DatapointsToAlarm, a.EvaluationPeriods) }

// treatment is what is made of missing data. Alarms on DynamoDB's metrics ignore it if
// nothing else is declared:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func (a MetricAlarm) treatment() string {
	if a.TreatMissingData == "" && a.Namespace == "AWS/DynamoDB" {
		return "ignore"
	}
	return cmp.Or(a.TreatMissingData, "missing")
}

func (a MetricAlarm) metric() Metric {
	return metricOf(a.Namespace, a.MetricName, a.Unit, a.Dimensions)
}

func metricOf(namespace, name, unit string, dimensions map[string]string) Metric {
	m := Metric{Namespace: namespace, Name: name, Unit: unit}
	for name, value := range dimensions {
		m.Dimensions = append(m.Dimensions, Dimension{name, value})
	}
	return m
}

// tooFew says whether a datapoint has too few samples for its percentile to say anything,
// and the alarm is to leave such ones out of account:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
func (a MetricAlarm) tooFew(s Summary) bool {
	percent, err := percentOf(a.ExtendedStatistic)
	if err != nil || a.EvaluateLowSampleCountPercentiles != "ignore" {
		return false
	}
	share := percent / 100
	return s.Count < 10/math.Min(share, 1-share)
}
