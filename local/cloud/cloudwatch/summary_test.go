package cloudwatch

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func statistic(t *testing.T, s Summary, name string) float64 {
	t.Helper()
	value, err := s.Statistic(name)
	require.NoError(t, err)
	return value
}

func TestStatisticsAreThoseOfCloudWatch(t *testing.T) {
	t.Parallel()
	var s Summary
	for _, value := range []float64{4, 1, 7, 0} {
		s.Add(value)
	}
	for name, want := range map[string]float64{"SampleCount": 4, "Sum": 12, "Average": 3, "Minimum": 0, "Maximum": 7, "p0": 0, "p100": 7} {
		require.InDelta(t, want, statistic(t, s, name), 0, name)
	}
	for _, name := range []string{"", "p", "p101", "p-1", "tm99", "average"} {
		_, err := s.Statistic(name)
		require.ErrorContains(t, err, "is none of SampleCount", name)
	}
}

func TestNothingHasNoAverageAndNoPercentile(t *testing.T) {
	t.Parallel()
	require.True(t, math.IsNaN(Summary{}.Average()))
	require.True(t, math.IsNaN(Summary{}.Percentile(50)))
}

func TestPercentilesAreExactForEqualSamples(t *testing.T) {
	t.Parallel()
	var s Summary
	s.AddMany(0.0123, 1000)
	require.InDelta(t, 0.0123, statistic(t, s, "p99"), 0)
	require.Nil(t, s.bins, "equal samples need no memory")
	s.AddMany(5, 0)
	require.InDelta(t, 0.0123, s.Max, 0)
}

func TestPercentilesAreRightWithinABin(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var parts [10]Summary
	var values []float64
	for n := range 10_000 {
		value := math.Exp(random.NormFloat64()) / 100 // as response times are spread
		values = append(values, value)
		parts[n%len(parts)].Add(value)
	}
	var s Summary
	for _, part := range parts {
		s.Merge(part)
	}
	slices.Sort(values)
	for _, percent := range []float64{0, 1, 50, 90, 99, 99.9, 100} {
		want := values[max(1, int(math.Ceil(percent*100)))-1]
		require.InEpsilon(t, want, s.Percentile(percent), binGrowth-1, "p%v", percent)
	}
	require.Less(t, len(s.bins), 250)
}

func TestMergingTakesNothingFromWhatIsMerged(t *testing.T) {
	t.Parallel()
	var a, b, c Summary
	a.Add(1)
	a.Add(100)
	b.Merge(a)
	c.Merge(a)
	b.Add(1)
	require.EqualValues(t, 3, b.Count)
	require.InDelta(t, 1, b.Percentile(60), 0.05)
	require.InDelta(t, 100, c.Percentile(60), 5)
	require.EqualValues(t, 2, a.Count)
	require.InDelta(t, 100, a.Percentile(60), 5)
}
