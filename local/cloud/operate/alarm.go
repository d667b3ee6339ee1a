package operate

import (
	"context"
	"maps"
	"slices"
	"strings"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/operate/wire"
)

// alarmSettings are what is declared of an alarm, as CloudWatch's API has them.
type alarmSettings struct {
	AlarmName                        string
	AlarmDescription                 string            `xml:",omitempty" cbor:",omitempty"`
	ActionsEnabled                   *bool             `xml:",omitempty" cbor:",omitempty"`
	OKActions                        []string          `xml:"OKActions>member"`
	AlarmActions                     []string          `xml:"AlarmActions>member"`
	InsufficientDataActions          []string          `xml:"InsufficientDataActions>member"`
	MetricName                       string            `xml:",omitempty" cbor:",omitempty"`
	Namespace                        string            `xml:",omitempty" cbor:",omitempty"`
	Statistic                        string            `xml:",omitempty" cbor:",omitempty"`
	ExtendedStatistic                string            `xml:",omitempty" cbor:",omitempty"`
	Dimensions                       []dimension       `xml:"Dimensions>member"`
	Period                           int               `xml:",omitempty" cbor:",omitempty"`
	Unit                             string            `xml:",omitempty" cbor:",omitempty"`
	EvaluationPeriods                int               `xml:",omitempty" cbor:",omitempty"`
	DatapointsToAlarm                int               `xml:",omitempty" cbor:",omitempty"`
	Threshold                        *float64          `xml:",omitempty" cbor:",omitempty"`
	ComparisonOperator               string            `xml:",omitempty" cbor:",omitempty"`
	TreatMissingData                 string            `xml:",omitempty" cbor:",omitempty"`
	EvaluateLowSampleCountPercentile string            `xml:",omitempty" cbor:",omitempty"`
	ThresholdMetricId                string            `xml:",omitempty" cbor:",omitempty"`
	Metrics                          []metricDataQuery `xml:"Metrics>member,omitempty" cbor:",omitempty"`
}

type metricAlarm struct {
	alarmSettings
	AlarmArn                           string
	AlarmConfigurationUpdatedTimestamp wire.Moment
	StateValue, StateReason            string
	StateUpdatedTimestamp              wire.Moment
	StateTransitionedTimestamp         wire.Moment
}

func (s watching) putMetricAlarm(_ context.Context, in alarmSettings) error {
	spec := cloudwatch.MetricAlarm{
		Name: in.AlarmName, Description: in.AlarmDescription, Namespace: in.Namespace, MetricName: in.MetricName,
		Dimensions: byName(in.Dimensions), Statistic: in.Statistic, ExtendedStatistic: in.ExtendedStatistic, Unit: in.Unit, Period: in.Period,
		ComparisonOperator: in.ComparisonOperator, Threshold: in.Threshold, ThresholdMetricID: in.ThresholdMetricId,
		EvaluationPeriods: in.EvaluationPeriods, DatapointsToAlarm: in.DatapointsToAlarm, TreatMissingData: in.TreatMissingData,
		EvaluateLowSampleCountPercentiles: in.EvaluateLowSampleCountPercentile, ActionsEnabled: in.ActionsEnabled,
		AlarmActions: in.AlarmActions, OKActions: in.OKActions, InsufficientDataActions: in.InsufficientDataActions,
	}
	for _, q := range in.Metrics {
		spec.MetricQueries = append(spec.MetricQueries, q.query())
	}
	if err := s.alarms.Put(spec); err != nil {
		return aws.Errorf("ValidationError", "%v", err)
	}
	return nil
}

// query is a query without its outward form.
func (q metricDataQuery) query() cloudwatch.MetricQuery {
	query := cloudwatch.MetricQuery{ID: q.Id, Expression: q.Expression, Label: q.Label, Period: q.Period, AccountID: q.AccountId,
		ReturnData: q.ReturnData == nil || *q.ReturnData}
	if m := q.MetricStat; m != nil {
		query.Metric = &cloudwatch.MetricStat{Namespace: m.Metric.Namespace, MetricName: m.Metric.MetricName,
			Dimensions: byName(m.Metric.Dimensions), Period: m.Period, Stat: m.Stat, Unit: m.Unit}
	}
	return query
}

func shownAlarm(a cloudwatch.Alarm) metricAlarm {
	shown := metricAlarm{
		alarmSettings: alarmSettings{
			AlarmName: a.Name, AlarmDescription: a.Description, Namespace: a.Namespace, MetricName: a.MetricName,
			Dimensions: inOrder(a.Dimensions), Statistic: a.Statistic, ExtendedStatistic: a.ExtendedStatistic, Unit: a.Unit, Period: a.Period,
			ComparisonOperator: a.ComparisonOperator, Threshold: a.Threshold, EvaluationPeriods: a.EvaluationPeriods,
			DatapointsToAlarm: a.DatapointsToAlarm, TreatMissingData: a.TreatMissingData,
			EvaluateLowSampleCountPercentile: a.EvaluateLowSampleCountPercentiles, ActionsEnabled: new(a.ActionsEnabled == nil || *a.ActionsEnabled),
			AlarmActions: a.AlarmActions, OKActions: a.OKActions, InsufficientDataActions: a.InsufficientDataActions,
		},
		AlarmArn: a.ARN, AlarmConfigurationUpdatedTimestamp: wire.At(a.Configured), StateValue: string(a.State), StateReason: a.Reason,
		StateUpdatedTimestamp: wire.At(a.Updated), StateTransitionedTimestamp: wire.At(a.Updated),
	}
	for _, q := range a.MetricQueries {
		query := metricDataQuery{Id: q.ID, Expression: q.Expression, Label: q.Label, Period: q.Period, ReturnData: new(q.ReturnData)}
		if m := q.Metric; m != nil {
			query.MetricStat = &metricStat{metric{m.Namespace, m.MetricName, inOrder(m.Dimensions)}, m.Period, m.Stat, m.Unit}
		}
		shown.Metrics = append(shown.Metrics, query)
	}
	return shown
}

func byName(dimensions []dimension) map[string]string {
	named := map[string]string{}
	for _, d := range dimensions {
		named[d.Name] = d.Value
	}
	return named
}

func inOrder(named map[string]string) []dimension {
	dimensions := []dimension{}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		dimensions = append(dimensions, dimension{name, named[name]})
	}
	return dimensions
}

type setAlarmState struct{ AlarmName, StateValue, StateReason string }

func (s watching) setAlarmState(_ context.Context, in setAlarmState) error {
	return s.alarms.SetState(in.AlarmName, cloudwatch.State(in.StateValue), in.StateReason)
}

type deleteAlarms struct {
	AlarmNames []string `xml:"AlarmNames>member"`
}

// deleteAlarms deletes all or, when there is one that it does not find, none.
func (s watching) deleteAlarms(_ context.Context, in deleteAlarms) error {
	for _, name := range in.AlarmNames {
		if _, there := s.alarms.State(name); !there {
			return aws.Errorf("ResourceNotFound", "Alarm %s not found", name)
		}
	}
	s.alarms.Remove(in.AlarmNames...)
	return nil
}

type describeAlarms struct {
	AlarmNames      []string `xml:"AlarmNames>member"`
	AlarmNamePrefix string
	StateValue      string
	MaxRecords      int
	NextToken       string
}

// wants says whether an alarm is asked for.
func (in describeAlarms) wants(a cloudwatch.Alarm) bool {
	return strings.HasPrefix(a.Name, in.AlarmNamePrefix) && (in.StateValue == "" || in.StateValue == string(a.State))
}

type alarms struct {
	MetricAlarms    []metricAlarm `xml:"MetricAlarms>member"`
	CompositeAlarms []struct{}    `xml:"CompositeAlarms>member"`
	NextToken       string        `xml:",omitempty" cbor:",omitempty"`
}

func (s watching) describeAlarms(_ context.Context, in describeAlarms) (out alarms, err error) {
	found := slices.DeleteFunc(s.alarms.Describe(in.AlarmNames...), func(a cloudwatch.Alarm) bool { return !in.wants(a) })
	found, out.NextToken, err = page(found, in.NextToken, in.MaxRecords)
	for _, a := range found {
		out.MetricAlarms = append(out.MetricAlarms, shownAlarm(a))
	}
	return out, err
}
