package cloudwatch

import (
	"errors"
	"fmt"
	"regexp"
)

// MetricQuery is one of an alarm's metricQueries: a metric, or an expression of others.
type MetricQuery struct {
	ID         string      `json:"id"`
	Expression string      `json:"expression"`
	Metric     *MetricStat `json:"metric"`
	Label      string      `json:"label"`
	Period     int         `json:"period"`     // seconds of AWS, of an expression without metrics
	AccountID  string      `json:"accountId"`  // another account is refused
	ReturnData bool        `json:"returnData"` // this is what the alarm looks at
}

// MetricStat is a metric of a query.
type MetricStat struct {
	Namespace  string            `json:"namespace"`
	MetricName string            `json:"metricName"`
	Dimensions map[string]string `json:"dimensions"`
	Period     int               `json:"period"` // seconds of AWS, a multiple of 60
	Stat       string            `json:"stat"`   // "Sum" …, "p99"
	Unit       string            `json:"unit"`
}

func (s MetricStat) metric() Metric { return metricOf(s.Namespace, s.MetricName, s.Unit, s.Dimensions) }

// queryID is what AWS lets an id be.
var queryID = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)

func checkQueries(queries []MetricQuery) error {
	var problems []error
	returned := 0
	for _, q := range queries {
		problems = append(problems, q.check(periodOf(queries)))
		if q.ReturnData {
			returned++
		}
	}
	if returned != 1 {
		problems = append(problems, fmt.Errorf("metricQueries: %d return data, and exactly 1 must", returned))
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	result, err := resolve(queries, func(MetricStat) ([]float64, error) { return []float64{1}, nil })
	if err == nil && result == nil {
		err = errors.New("metricQueries: the one that returns data is a number, and no metric")
	}
	return err
}

func (q MetricQuery) check(period int) error {
	switch {
	case !queryID.MatchString(q.ID):
		return fmt.Errorf("metricQueries: id %q does not begin with a small letter, or has others than letters, digits and _", q.ID)
	case (q.Metric == nil) == (q.Expression == ""):
		return fmt.Errorf("metricQueries: %s needs either a metric or an expression", q.ID)
	case q.AccountID != "":
		return fmt.Errorf("metricQueries: %s: accountId: this cloud is one account", q.ID)
	case q.Metric == nil:
		return nil
	case q.Metric.MetricName == "" || q.Metric.Namespace == "":
		return fmt.Errorf("metricQueries: %s: metricName and namespace: both are needed", q.ID)
	case q.Metric.Period != period:
		return fmt.Errorf("metricQueries: %s: all metrics of an alarm have the same period", q.ID)
	}
	return checkStatistic(q.Metric.Stat)
}

// periodOf is the period of the first metric, 0 if there is none.
func periodOf(queries []MetricQuery) int {
	for _, q := range queries {
		if q.Metric != nil {
			return q.Metric.Period
		}
	}
	return 0
}

// resolver returns a function that computes a query, of which others may be part.
func resolver(queries []MetricQuery, datapoints func(MetricStat) ([]float64, error)) func(MetricQuery) (values, error) {
	open := map[string]bool{} // queries that are waited for
	var named func(id string) (values, error)
	value := func(q MetricQuery) (values, error) {
		if q.Metric != nil {
			points, err := datapoints(*q.Metric)
			return values{points: points}, err
		}
		e, err := parseExpression(q.Expression)
		if err != nil {
			return values{}, err
		}
		open[q.ID] = true
		defer delete(open, q.ID)
		return e.over(named)
	}
	named = func(id string) (values, error) {
		for _, q := range queries {
			if q.ID == id && !open[id] {
				return value(q)
			}
		}
		return values{}, fmt.Errorf("%q is no id of a query, or needs itself", id)
	}
	return value
}

// resolve returns the datapoints of the query that returns data, or nil if it is a number.
func resolve(queries []MetricQuery, datapoints func(MetricStat) ([]float64, error)) ([]float64, error) {
	value := resolver(queries, datapoints)
	for _, q := range queries {
		if q.ReturnData {
			v, err := value(q)
			if err != nil {
				return nil, fmt.Errorf("metricQueries: %s: %w", q.ID, err)
			}
			return v.points, nil
		}
	}
	return nil, nil
}
