package cloudwatch

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Query asks for a metric's statistics, as get-metric-statistics does.
type Query struct {
	Metric
	Period int // seconds of AWS, a multiple of 60
	Start  time.Time
	End    time.Time // without what begins then
}

// Datapoint is what a metric was in a period.
type Datapoint struct {
	Time time.Time // when the period began, by this machine's clock
	Unit string
	Summary
}

// Statistics returns the datapoints of complete periods, the oldest first; a period
// without data has none. Longer periods begin where the number of minutes that this cloud
// has run is a multiple of theirs.
func (m *Metrics) Statistics(q Query) ([]Datapoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	points, err := m.every(q)
	return slices.DeleteFunc(points, func(p Datapoint) bool { return p.Count == 0 }), err
}

// every is Statistics with all periods; one without data has a Count of 0. The caller holds
// the lock.
func (m *Metrics) every(q Query) ([]Datapoint, error) {
	length, err := Minutes(q.Period)
	if err != nil {
		return nil, err
	}
	s := m.find(q.Metric)
	var points []Datapoint
	for i, start := range m.starts {
		period := m.first() + int64(i)
		if period == m.period || period%length != 0 || start.Before(q.Start) || !start.Before(q.End) {
			continue
		}
		point := Datapoint{Time: start}
		if s != nil {
			point.Unit, point.Summary = s.Unit, s.over(period, min(period+length, m.period))
		}
		points = append(points, point)
	}
	return points, nil
}

// Latest returns the last count periods of a metric, each of that many seconds of AWS, the
// oldest first; the last one ends where the period that runs begins, as an alarm's does. A
// period without data has a Count of 0.
func (m *Metrics) Latest(metric Metric, period, count int) ([]Datapoint, error) {
	length, err := Minutes(period)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	points := make([]Datapoint, count)
	s := m.find(metric)
	for i := range points {
		from := m.period - int64(count-i)*length
		points[i].Time = m.starts[max(0, from-m.first())]
		if s != nil {
			points[i].Unit, points[i].Summary = s.Unit, s.over(from, from+length)
		}
	}
	return points, nil
}

// Values returns one statistic of what Latest returns, NaN for a period without data.
func (m *Metrics) Values(metric Metric, statistic string, period, count int) ([]float64, error) {
	points, err := m.Latest(metric, period, count)
	if err != nil {
		return nil, err
	}
	return statistics(points, statistic)
}

// statistics picks one statistic of datapoints, NaN where there is no data.
func statistics(points []Datapoint, name string) ([]float64, error) {
	picked := make([]float64, len(points))
	for i, p := range points {
		picked[i] = math.NaN()
		if p.Count > 0 {
			value, err := p.Statistic(name)
			if err != nil {
				return nil, err
			}
			picked[i] = value
		}
	}
	return picked, nil
}

// Minutes returns how many minutes a period of seconds has. CloudWatch knows periods of
// 10, 20 and 30 seconds too, but only for metrics of high resolution, which no service of
// AWS publishes.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func Minutes(period int) (int64, error) {
	if period < 60 || period%60 != 0 {
		return 0, fmt.Errorf("period: %d seconds is no multiple of 60", period)
	}
	return int64(period / 60), nil
}

// find returns the data of a metric, or nil. The caller holds the lock.
func (m *Metrics) find(metric Metric) *series {
	s := m.series[metric.key()]
	if s == nil || metric.Unit != "" && metric.Unit != s.Unit {
		return nil
	}
	return s
}

// first is the number of the oldest period whose beginning is known. The caller holds the
// lock.
func (m *Metrics) first() int64 { return m.period - int64(len(m.starts)) + 1 }
