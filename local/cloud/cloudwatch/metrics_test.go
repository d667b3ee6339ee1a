package cloudwatch

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
)

var requests = Metric{Namespace: "AWS/ApplicationELB", Name: "RequestCount", Unit: "Count", Dimensions: []Dimension{{"LoadBalancer", "app/web/1"}}}

// watching runs a test with metrics whose minute is a second.
func watching(t *testing.T, test func(t *testing.T, m *Metrics)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := New(aws.Timings{})
		defer m.Close()
		test(t, m)
	})
}

// minutes lets time go by.
func minutes(n int) {
	time.Sleep(time.Duration(n) * time.Second)
	synctest.Wait()
}

func sums(points []Datapoint) []float64 {
	var all []float64
	for _, p := range points {
		all = append(all, p.Sum)
	}
	return all
}

func TestSamplesAreKeptByMinutes(t *testing.T) {
	watching(t, func(t *testing.T, m *Metrics) {
		began := time.Now()
		for n := range 3 {
			for range n + 1 {
				m.Add(requests, 1)
			}
			minutes(1)
		}
		m.Add(requests, 100)
		q := Query{Metric: requests, Period: 60, Start: began, End: began.Add(time.Hour)}
		points, err := m.Statistics(q)
		require.NoError(t, err)
		require.Equal(t, []float64{1, 2, 3}, sums(points), "the minute that runs is not told")
		require.Equal(t, began.Add(2*time.Second), points[2].Time)
		require.Equal(t, "Count", points[2].Unit)

		q.Start, q.End = began.Add(time.Second), began.Add(2*time.Second)
		points, err = m.Statistics(q)
		require.NoError(t, err)
		require.Equal(t, []float64{2}, sums(points))

		q.Metric.Unit = "Percent"
		points, err = m.Statistics(q)
		require.NoError(t, err)
		require.Empty(t, points, "nothing was published in this unit")
	})
}

func TestLongerPeriodsAreMadeOfMinutes(t *testing.T) {
	watching(t, func(t *testing.T, m *Metrics) {
		for range 10 {
			m.Add(requests, 1)
			m.Add(requests, 3)
			minutes(1)
		}
		points, err := m.Statistics(Query{Metric: requests, Period: 300, End: time.Now().Add(time.Hour)})
		require.NoError(t, err)
		require.Equal(t, []float64{20, 20}, sums(points))
		require.Equal(t, Summary{Count: 10, Sum: 20, Min: 1, Max: 3}, Summary{points[0].Count, points[0].Sum, points[0].Min, points[0].Max, nil})

		_, err = m.Statistics(Query{Metric: requests, Period: 30})
		require.EqualError(t, err, "period: 30 seconds is no multiple of 60")
	})
}

func TestTheLatestPeriodsEndNow(t *testing.T) {
	watching(t, func(t *testing.T, m *Metrics) {
		for n := range 5 {
			if n != 3 {
				m.Add(requests, float64(n))
			}
			minutes(1)
		}
		points, err := m.Latest(requests, 60, 4)
		require.NoError(t, err)
		require.Equal(t, []float64{1, 2, 0, 4}, sums(points))
		require.Zero(t, points[2].Count)
		points, err = m.Latest(requests, 120, 2)
		require.NoError(t, err)
		require.Equal(t, []float64{3, 4}, sums(points))
		points, err = m.Latest(requests, 3600, 5)
		require.NoError(t, err)
		require.Equal(t, []float64{0, 0, 0, 0, 7}, sums(points), "before the beginning there was nothing")
	})
}

func TestEachCombinationOfDimensionsIsAMetric(t *testing.T) {
	watching(t, func(t *testing.T, m *Metrics) {
		zone := Metric{"AWS/ApplicationELB", "RequestCount", "Count", []Dimension{{"LoadBalancer", "app/web/1"}, {"AvailabilityZone", "eu-west-1a"}}}
		m.Add(requests, 1)
		m.Add(zone, 1)
		m.Add(Metric{"AWS/RDS", "CPUUtilization", "Percent", []Dimension{{"DBInstanceIdentifier", "db"}}}, 1)
		minutes(1)
		turned := zone
		turned.Dimensions = []Dimension{zone.Dimensions[1], zone.Dimensions[0]}
		points, err := m.Latest(turned, 60, 1)
		require.NoError(t, err)
		require.Equal(t, []float64{1}, sums(points), "their order is of no account")

		require.Len(t, m.List("", ""), 3)
		require.Equal(t, []Metric{zone, requests}, m.List("AWS/ApplicationELB", "RequestCount"))
		require.Equal(t, []Metric{zone}, m.List("", "", Dimension{Name: "AvailabilityZone"}))
		require.Empty(t, m.List("", "", Dimension{"AvailabilityZone", "eu-west-1b"}))
	})
}

func TestDataIsKeptForThreeHoursAndNoLonger(t *testing.T) {
	watching(t, func(t *testing.T, m *Metrics) {
		m.Add(requests, 1)
		minutes(180)
		all := Query{Metric: requests, Period: 60, End: time.Now().Add(time.Hour)}
		points, err := m.Statistics(all)
		require.NoError(t, err)
		require.Len(t, points, 1)
		minutes(1)
		require.Empty(t, m.List("", ""))
		for range 1000 {
			m.Add(requests, 1)
			minutes(1)
		}
		all.End = time.Now()
		points, err = m.Statistics(all)
		require.NoError(t, err)
		require.Len(t, points, 180)
		require.LessOrEqual(t, len(m.series[requests.key()].points), 200)
	})
}

func TestEveryPeriodIsSampledHoweverBusyTheMachineIs(t *testing.T) {
	watching(t, func(t *testing.T, m *Metrics) {
		var slow atomic.Bool
		m.Every(func() {
			if slow.Load() {
				time.Sleep(10 * time.Second) // more than a minute of AWS
			}
			m.Add(requests, 1)
		})
		var looks atomic.Int64
		m.After(func() {
			points, err := m.Latest(requests, 60, 1)
			require.NoError(t, err)
			require.Equal(t, []float64{1}, sums(points), "what was sampled is there when it is looked at")
			looks.Add(1)
		})
		minutes(3)
		slow.Store(true)
		minutes(95)
		slow.Store(false)
		minutes(10)
		points, err := m.Latest(requests, 60, int(looks.Load()))
		require.NoError(t, err)
		for _, p := range points {
			require.EqualValues(t, 1, p.Count)
		}
	})
}
