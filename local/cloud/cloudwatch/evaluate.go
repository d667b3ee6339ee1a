package cloudwatch

import "fmt"

// evaluate brings every alarm into the state that its datapoints ask for.
func (s *Alarms) evaluate() {
	for _, alarm := range s.Describe() {
		points, err := s.datapoints(alarm.MetricAlarm)
		if err != nil { // what check lets pass can be evaluated
			s.change(alarm.Name, InsufficientData, fmt.Sprintf("Insufficient Data: %v", err))
			continue
		}
		if points == nil {
			continue
		}
		if state, reason := alarm.decide(points); state != retain {
			s.change(alarm.Name, state, reason)
		}
	}
}

// datapoints returns what an alarm looks at, NaN where there is no data; or nil when there
// are too few samples for it to change its state.
func (s *Alarms) datapoints(a MetricAlarm) ([]float64, error) {
	count := a.EvaluationPeriods + extraDatapoints
	if len(a.MetricQueries) > 0 {
		return resolve(a.MetricQueries, func(stat MetricStat) ([]float64, error) {
			return s.metrics.Values(stat.metric(), stat.Stat, stat.Period, count)
		})
	}
	points, err := s.metrics.Latest(a.metric(), a.Period, count)
	if err != nil {
		return nil, err
	}
	if newest := points[count-1]; newest.Count > 0 && a.tooFew(newest.Summary) {
		return nil, nil
	}
	return statistics(points, a.statistic())
}

// keepData has the metrics of an alarm kept as long as it looks back.
func (s *Alarms) keepData(a MetricAlarm) {
	periods := (a.EvaluationPeriods + extraDatapoints) * a.period() / 60
	if len(a.MetricQueries) == 0 {
		s.metrics.keep(a.metric(), periods)
	}
	for _, q := range a.MetricQueries {
		if q.Metric != nil {
			s.metrics.keep(q.Metric.metric(), periods)
		}
	}
}
