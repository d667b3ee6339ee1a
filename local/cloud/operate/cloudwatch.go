package operate

import (
	"context"
	"encoding/xml"
	"maps"
	"slices"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/operate/wire"
)

// watching is CloudWatch. Times are this machine's, and a period of 60 seconds is a minute
// of AWS, however long that takes here.
type watching struct {
	metrics *cloudwatch.Metrics
	alarms  *cloudwatch.Alarms
}

func (s watching) actions() map[string]action {
	return map[string]action{
		"ListMetrics":          act(s.listMetrics),
		"GetMetricStatistics":  act(s.getMetricStatistics),
		"GetMetricData":        act(s.getMetricData),
		"PutMetricAlarm":       do(s.putMetricAlarm),
		"DescribeAlarms":       act(s.describeAlarms),
		"DescribeAlarmHistory": act(s.describeAlarmHistory),
		"SetAlarmState":        do(s.setAlarmState),
		"DeleteAlarms":         do(s.deleteAlarms),
	}
}

type metric struct {
	Namespace, MetricName string
	Dimensions            []dimension `xml:"Dimensions>member"`
}

type dimension struct{ Name, Value string }

func (m metric) in(unit string) cloudwatch.Metric {
	named := cloudwatch.Metric{Namespace: m.Namespace, Name: m.MetricName, Unit: unit}
	for _, d := range m.Dimensions {
		named.Dimensions = append(named.Dimensions, cloudwatch.Dimension(d))
	}
	return named
}

func shownMetric(m cloudwatch.Metric) metric {
	shown := metric{Namespace: m.Namespace, MetricName: m.Name, Dimensions: []dimension{}}
	for _, d := range m.Dimensions {
		shown.Dimensions = append(shown.Dimensions, dimension(d))
	}
	return shown
}

type listMetrics struct {
	metric
	NextToken string
}

type metrics struct {
	Metrics   []metric `xml:"Metrics>member"`
	NextToken string   `xml:",omitempty" cbor:",omitempty"`
}

// pageOfMetrics is AWS's.
const pageOfMetrics = 500

func (s watching) listMetrics(_ context.Context, in listMetrics) (out metrics, err error) {
	wanted := in.in("")
	found, next, err := page(s.metrics.List(wanted.Namespace, wanted.Name, wanted.Dimensions...), in.NextToken, pageOfMetrics)
	for _, m := range found {
		out.Metrics = append(out.Metrics, shownMetric(m))
	}
	out.NextToken = next
	return out, err
}

type getMetricStatistics struct {
	metric
	StartTime, EndTime wire.Moment
	Period             int
	Statistics         []string `xml:"Statistics>member"`
	ExtendedStatistics []string `xml:"ExtendedStatistics>member"`
	Unit               string
}

type metricStatistics struct {
	Label      string
	Datapoints []datapoint `xml:"Datapoints>member"`
}

type datapoint struct {
	Timestamp          wire.Moment
	SampleCount        *float64  `xml:",omitempty" cbor:",omitempty"`
	Average            *float64  `xml:",omitempty" cbor:",omitempty"`
	Sum                *float64  `xml:",omitempty" cbor:",omitempty"`
	Minimum            *float64  `xml:",omitempty" cbor:",omitempty"`
	Maximum            *float64  `xml:",omitempty" cbor:",omitempty"`
	Unit               string    `xml:",omitempty" cbor:",omitempty"`
	ExtendedStatistics *extended `xml:",omitempty" cbor:",omitempty"`
}

func (s watching) getMetricStatistics(_ context.Context, in getMetricStatistics) (out metricStatistics, err error) {
	out.Label = in.MetricName
	if !in.StartTime.Before(in.EndTime.Time) {
		return out, aws.Errorf("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
	}
	if len(in.Statistics)+len(in.ExtendedStatistics) == 0 {
		return out, aws.Errorf("MissingParameter", "At least one of Statistics and ExtendedStatistics must be specified.")
	}
	points, err := s.metrics.Statistics(cloudwatch.Query{Metric: in.in(in.Unit), Period: in.Period, Start: in.StartTime.Time, End: in.EndTime.Time})
	if err != nil {
		return out, aws.Errorf("InvalidParameterValue", "%v", err)
	}
	for _, p := range points {
		shown := datapoint{Timestamp: wire.At(p.Time), Unit: p.Unit}
		if err := shown.add(p.Summary, in.Statistics, in.ExtendedStatistics); err != nil {
			return out, err
		}
		out.Datapoints = append(out.Datapoints, shown)
	}
	return out, nil
}

// add fills in the statistics that are asked for.
func (d *datapoint) add(samples cloudwatch.Summary, names, percentiles []string) error {
	fields := map[string]**float64{
		"SampleCount": &d.SampleCount, "Average": &d.Average, "Sum": &d.Sum, "Minimum": &d.Minimum, "Maximum": &d.Maximum,
	}
	for _, name := range slices.Concat(names, percentiles) {
		value, err := samples.Statistic(name)
		if err != nil {
			return aws.Errorf("InvalidParameterValue", "%v", err)
		}
		if field, ok := fields[name]; ok {
			*field = &value
			continue
		}
		if d.ExtendedStatistics == nil {
			d.ExtendedStatistics = &extended{}
		}
		(*d.ExtendedStatistics)[name] = value
	}
	return nil
}

type metricDataQuery struct {
	Id         string
	MetricStat *metricStat `xml:",omitempty" cbor:",omitempty"`
	Expression string      `xml:",omitempty" cbor:",omitempty"`
	Label      string      `xml:",omitempty" cbor:",omitempty"`
	ReturnData *bool       `xml:",omitempty" cbor:",omitempty"`
	Period     int         `xml:",omitempty" cbor:",omitempty"`
	AccountId  string      `xml:",omitempty" cbor:",omitempty"`
}

type metricStat struct {
	Metric metric
	Period int
	Stat   string
	Unit   string `xml:",omitempty" cbor:",omitempty"`
}

type getMetricData struct {
	MetricDataQueries  []metricDataQuery `xml:"MetricDataQueries>member"`
	StartTime, EndTime wire.Moment
	ScanBy             string // TimestampDescending, which is the default, or TimestampAscending
}

type metricData struct {
	MetricDataResults []metricDataResult `xml:"MetricDataResults>member"`
	Messages          []struct{}         `xml:"Messages>member"`
}

type metricDataResult struct {
	Id, Label  string
	Timestamps []wire.Moment `xml:"Timestamps>member"`
	Values     []float64     `xml:"Values>member"`
	StatusCode string
}

func (s watching) getMetricData(_ context.Context, in getMetricData) (out metricData, err error) {
	if !in.StartTime.Before(in.EndTime.Time) {
		return out, aws.Errorf("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
	}
	var queries []cloudwatch.MetricQuery
	for _, q := range in.MetricDataQueries {
		queries = append(queries, q.query())
	}
	results, err := s.metrics.Data(queries, in.StartTime.Time, in.EndTime.Time)
	if err != nil {
		return out, aws.Errorf("ValidationError", "%v", err)
	}
	for _, r := range results {
		if in.ScanBy != "TimestampAscending" {
			slices.Reverse(r.Times)
			slices.Reverse(r.Values)
		}
		shown := metricDataResult{Id: r.ID, Label: r.Label, Values: r.Values, StatusCode: "Complete"}
		for _, t := range r.Times {
			shown.Timestamps = append(shown.Timestamps, wire.At(t))
		}
		out.MetricDataResults = append(out.MetricDataResults, shown)
	}
	return out, nil
}

// extended are statistics by name: "p99". In XML they are entries of a key and a value.
type extended map[string]float64

// MarshalXML writes the entries in the order of their names.
func (e extended) MarshalXML(encoder *xml.Encoder, start xml.StartElement) error {
	type entry struct {
		Key   string  `xml:"key"`
		Value float64 `xml:"value"`
	}
	var entries struct {
		Entries []entry `xml:"entry"`
	}
	for _, name := range slices.Sorted(maps.Keys(e)) {
		entries.Entries = append(entries.Entries, entry{name, e[name]})
	}
	return encoder.EncodeElement(entries, start)
}
