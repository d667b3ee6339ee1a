package cloudwatch

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
)

// alarming runs a test with alarms on metrics whose minute is a second.
func alarming(t *testing.T, test func(t *testing.T, m *Metrics, s *Alarms, events *aws.Events)) {
	watching(t, func(t *testing.T, m *Metrics) {
		events := &aws.Events{}
		test(t, m, NewAlarms(m, events, "eu-west-1"), events)
	})
}

func requireState(t *testing.T, s *Alarms, want State) {
	t.Helper()
	got, ok := s.State("errors")
	require.True(t, ok)
	require.Equal(t, want, got)
}

func TestAnAlarmFollowsItsMetricAndTellsOfEveryChange(t *testing.T) {
	alarming(t, func(t *testing.T, m *Metrics, s *Alarms, events *aws.Events) {
		var told []Change
		s.OnChange(func(c Change) { told = append(told, c) })
		alarm := breachesAbove()
		alarm.EvaluationPeriods, alarm.TreatMissingData = 2, "notBreaching"
		require.NoError(t, s.Put(alarm))
		requireState(t, s, InsufficientData)
		minutes(1)
		requireState(t, s, OK)
		for range 2 {
			requireState(t, s, OK)
			m.Add(alarm.metric(), 5)
			minutes(1)
		}
		requireState(t, s, InAlarm)
		minutes(4)
		requireState(t, s, OK)

		require.Len(t, told, 3)
		require.Equal(t, []State{OK, InAlarm, OK}, []State{told[0].To, told[1].To, told[2].To})
		described := s.Describe("errors", "another")
		require.Len(t, described, 1)
		require.Equal(t, told, described[0].History)
		require.Equal(t, told[2].Time, described[0].Updated)
		require.Equal(t, "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors", described[0].ARN)
		story := events.After(0)
		require.Len(t, story, 3)
		require.Equal(t, aws.AlarmChanged, story[1].Kind)
		require.Equal(t, "errors", story[1].Subject)
		require.Contains(t, story[1].Detail, "OK -> ALARM: Threshold Crossed: 2 out of the last 2 datapoints [5, 5] were greater than")
	})
}

func TestAStateThatIsSetHoldsUntilTheNextEvaluation(t *testing.T) {
	alarming(t, func(t *testing.T, m *Metrics, s *Alarms, _ *aws.Events) {
		alarm := breachesAbove()
		alarm.TreatMissingData = "notBreaching"
		require.NoError(t, s.Put(alarm))
		minutes(1)
		require.NoError(t, s.SetState("errors", InAlarm, "a rehearsal"))
		requireState(t, s, InAlarm)
		name, alarmed := s.Alarmed([]string{"another", "errors"})
		require.True(t, alarmed)
		require.Equal(t, "errors", name)
		require.Equal(t, "a rehearsal", s.Describe()[0].Reason)
		minutes(1)
		requireState(t, s, OK)
		_, alarmed = s.Alarmed([]string{"another", "errors"})
		require.False(t, alarmed)

		alarm.TreatMissingData = "ignore"
		require.NoError(t, s.Put(alarm))
		require.NoError(t, s.SetState("errors", InAlarm, "a rehearsal"))
		minutes(10)
		requireState(t, s, InAlarm)

		require.Equal(t, "ResourceNotFound", s.SetState("another", OK, "").(aws.Error).Code)
		require.Equal(t, "ValidationError", s.SetState("errors", "FINE", "").(aws.Error).Code)
	})
}

func TestAnAlarmThatIsDeclaredAnewKeepsItsState(t *testing.T) {
	alarming(t, func(t *testing.T, m *Metrics, s *Alarms, _ *aws.Events) {
		r := aws.Resource{ID: "errors", Name: "errors"}
		alarm := breachesAbove()
		alarm.Name, alarm.EvaluationPeriods = "", 1
		_, err := s.Create(t.Context(), r, alarm)
		require.NoError(t, err)
		m.Add(alarm.metric(), 5)
		minutes(1)
		requireState(t, s, InAlarm)
		alarm.Threshold = new(10.0)
		_, err = s.Update(t.Context(), r, alarm)
		require.NoError(t, err)
		requireState(t, s, InAlarm)
		minutes(1)
		requireState(t, s, OK)
		require.NoError(t, s.Delete(t.Context(), r))
		require.Empty(t, s.Describe())
		minutes(2)
	})
}

func TestAnAlarmOnAnErrorRateDividesMetrics(t *testing.T) {
	alarming(t, func(t *testing.T, m *Metrics, s *Alarms, _ *aws.Events) {
		errors := MetricStat{Namespace: "AWS/ApplicationELB", MetricName: "HTTPCode_Target_5XX_Count", Period: 60, Stat: "Sum"}
		all := errors
		all.MetricName = "RequestCount"
		require.NoError(t, s.Put(MetricAlarm{
			Name: "errors", ComparisonOperator: "GreaterThanOrEqualToThreshold", Threshold: new(5.0), EvaluationPeriods: 1,
			MetricQueries: []MetricQuery{
				{ID: "rate", Expression: "share * 100", ReturnData: true},
				{ID: "share", Expression: "failed / all"},
				{ID: "failed", Metric: &errors},
				{ID: "all", Metric: &all},
			},
		}))
		m.Merge(all.metric(), Summary{Count: 100, Sum: 100, Min: 1, Max: 1})
		minutes(1)
		requireState(t, s, OK)
		m.Merge(all.metric(), Summary{Count: 100, Sum: 100, Min: 1, Max: 1})
		m.Merge(errors.metric(), Summary{Count: 5, Sum: 5, Min: 1, Max: 1})
		minutes(1)
		requireState(t, s, InAlarm)
		minutes(3)
		requireState(t, s, InsufficientData)
	})
}

func TestAPercentileOfTooFewSamplesChangesNothingIfThatIsDeclared(t *testing.T) {
	alarming(t, func(t *testing.T, m *Metrics, s *Alarms, _ *aws.Events) {
		alarm := breachesAbove()
		alarm.Statistic, alarm.ExtendedStatistic, alarm.EvaluationPeriods = "", "p99", 1
		alarm.EvaluateLowSampleCountPercentiles = "ignore"
		require.NoError(t, s.Put(alarm))
		m.Merge(alarm.metric(), Summary{Count: 999, Sum: 9990, Min: 10, Max: 10})
		minutes(1)
		requireState(t, s, InsufficientData)
		m.Merge(alarm.metric(), Summary{Count: 1000, Sum: 10000, Min: 10, Max: 10})
		minutes(1)
		requireState(t, s, InAlarm)
	})
}

func TestWhatALongAlarmLooksAtIsKept(t *testing.T) {
	alarming(t, func(t *testing.T, m *Metrics, s *Alarms, _ *aws.Events) {
		alarm := breachesAbove()
		alarm.Period, alarm.EvaluationPeriods = 3600, 4
		require.NoError(t, s.Put(alarm))
		for range 4 {
			m.Add(alarm.metric(), 5)
			minutes(60)
		}
		requireState(t, s, InAlarm)
	})
}

func TestWhatAWSRefusesOrNobodyModelsIsRefusedWhenDeclared(t *testing.T) {
	t.Parallel()
	require.NoError(t, breachesAbove().check())
	query := func(a *MetricAlarm, queries ...MetricQuery) {
		a.MetricName, a.Namespace, a.Statistic, a.Period, a.MetricQueries = "", "", "", 0, queries
	}
	stat := &MetricStat{Namespace: "N", MetricName: "M", Period: 60, Stat: "Sum"}
	hourly := &MetricStat{Namespace: "N", MetricName: "M", Period: 3600, Stat: "Sum"}
	for message, mutate := range map[string]func(a *MetricAlarm){
		"name: an alarm needs one":                        func(a *MetricAlarm) { a.Name = "" },
		`comparisonOperator: "GreaterThanUpperThreshold"`: func(a *MetricAlarm) { a.ComparisonOperator = "GreaterThanUpperThreshold" },
		"threshold: none declared":                        func(a *MetricAlarm) { a.Threshold = nil },
		"evaluationPeriods: 0":                            func(a *MetricAlarm) { a.EvaluationPeriods = 0 },
		"datapointsToAlarm: 4 of 3 evaluationPeriods":     func(a *MetricAlarm) { a.DatapointsToAlarm = 4 },
		`treatMissingData: "bad"`:                         func(a *MetricAlarm) { a.TreatMissingData = "bad" },
		`evaluateLowSampleCountPercentiles: "bad"`:        func(a *MetricAlarm) { a.EvaluateLowSampleCountPercentiles = "bad" },
		"metricName and namespace":                        func(a *MetricAlarm) { a.MetricName = "" },
		"statistic and extendedStatistic: only one":       func(a *MetricAlarm) { a.ExtendedStatistic = "p99" },
		`statistic "tm99" is none of`:                     func(a *MetricAlarm) { a.Statistic, a.ExtendedStatistic = "", "tm99" },
		"period: 10 seconds is no multiple of 60":         func(a *MetricAlarm) { a.Period = 10 },
		"169 × 3600 s is more than 604800 s":              func(a *MetricAlarm) { a.Period, a.EvaluationPeriods = 3600, 169 },
		"1441 × 60 s is more than 86400 s":                func(a *MetricAlarm) { a.EvaluationPeriods = 1441 },
		"an alarm that has them declares no metricName":   func(a *MetricAlarm) { a.MetricQueries = []MetricQuery{{ID: "m", Metric: stat, ReturnData: true}} },
		"0 return data, and exactly 1 must":               func(a *MetricAlarm) { query(a, MetricQuery{ID: "m", Metric: stat}) },
		`id "M"`:                                          func(a *MetricAlarm) { query(a, MetricQuery{ID: "M", Metric: stat, ReturnData: true}) },
		"m needs either a metric or an expression":        func(a *MetricAlarm) { query(a, MetricQuery{ID: "m", ReturnData: true}) },
		"this cloud is one account":                       func(a *MetricAlarm) { query(a, MetricQuery{ID: "m", Metric: stat, AccountID: "1", ReturnData: true}) },
		"all metrics of an alarm have the same period": func(a *MetricAlarm) {
			query(a, MetricQuery{ID: "m", Metric: stat, ReturnData: true}, MetricQuery{ID: "n", Metric: hourly})
		},
		"is a number, and no metric": func(a *MetricAlarm) {
			query(a, MetricQuery{ID: "e", Expression: "1 + 2", ReturnData: true}, MetricQuery{ID: "m", Metric: stat})
		},
		`"n" is no id of a query`: func(a *MetricAlarm) {
			query(a, MetricQuery{ID: "e", Expression: "n + m", ReturnData: true}, MetricQuery{ID: "m", Metric: stat})
		},
		`"e" is no id of a query, or needs itself`: func(a *MetricAlarm) {
			query(a, MetricQuery{ID: "e", Expression: "m + e", ReturnData: true}, MetricQuery{ID: "m", Metric: stat})
		},
		"not in the syntax that is modelled here": func(a *MetricAlarm) {
			query(a, MetricQuery{ID: "e", Expression: "m AND m", ReturnData: true}, MetricQuery{ID: "m", Metric: stat})
		},
		"function ANOMALY_DETECTION_BAND of 1 arguments is not": func(a *MetricAlarm) {
			query(a, MetricQuery{ID: "e", Expression: "ANOMALY_DETECTION_BAND(m)", ReturnData: true}, MetricQuery{ID: "m", Metric: stat})
		},
		"this part is not modelled here": func(a *MetricAlarm) {
			query(a, MetricQuery{ID: "e", Expression: "m[0]", ReturnData: true}, MetricQuery{ID: "m", Metric: stat})
		},
	} {
		alarm := breachesAbove()
		mutate(&alarm)
		require.ErrorContains(t, alarm.check(), message)
	}
}
