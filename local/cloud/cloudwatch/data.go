package cloudwatch

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Result is what a query found: its datapoints, the oldest first, without the periods
// that have none.
type Result struct {
	ID, Label string // the label is the metric's name, or the expression's id, if none is given
	Times     []time.Time
	Values    []float64
}

// Data returns what the queries that return data found from start up to and without end,
// as get-metric-data does. Metrics of different periods cannot be part of expressions here.
func (m *Metrics) Data(queries []MetricQuery, start, end time.Time) ([]Result, error) {
	if err := checkData(queries); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	value := resolver(queries, func(stat MetricStat) ([]float64, error) {
		points, err := m.every(Query{stat.metric(), stat.Period, start, end})
		if err != nil {
			return nil, err
		}
		return statistics(points, stat.Stat)
	})
	var results []Result
	for _, q := range queries {
		if !q.ReturnData {
			continue
		}
		v, err := value(q)
		if err == nil && v.isNumber() {
			err = errors.New("the expression is a number, and has no metric")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.ID, err)
		}
		results = append(results, q.result(v.points, m.times(q.periodAmong(queries), start, end)))
	}
	return results, nil
}

func checkData(queries []MetricQuery) error {
	var problems []error
	computed, periods := false, map[int]bool{}
	for _, q := range queries {
		period := q.periodAmong(queries)
		problems = append(problems, q.check(period))
		if q.Metric != nil {
			periods[period] = true
		}
		computed = computed || q.Expression != ""
	}
	if computed && len(periods) > 1 {
		problems = append(problems, errors.New("metrics of different periods beside an expression are not modelled here"))
	}
	return errors.Join(problems...)
}

// periodAmong is the query's period; that of an expression is its metrics'.
func (q MetricQuery) periodAmong(queries []MetricQuery) int {
	if q.Metric != nil {
		return q.Metric.Period
	}
	return periodOf(queries)
}

// times are the beginnings of the periods that every returns. The caller holds the lock.
func (m *Metrics) times(period int, start, end time.Time) (times []time.Time) {
	points, _ := m.every(Query{Period: period, Start: start, End: end})
	for _, p := range points {
		times = append(times, p.Time)
	}
	return times
}

func (q MetricQuery) result(points []float64, times []time.Time) Result {
	r := Result{ID: q.ID, Label: q.Label}
	switch {
	case r.Label != "":
	case q.Metric != nil:
		r.Label = q.Metric.MetricName
	default:
		r.Label = q.ID
	}
	for i, point := range points {
		if !math.IsNaN(point) {
			r.Times, r.Values = append(r.Times, times[i]), append(r.Values, point)
		}
	}
	return r
}
