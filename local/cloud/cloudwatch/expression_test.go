package cloudwatch

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func evaluated(t *testing.T, text string) []float64 {
	t.Helper()
	e, err := parseExpression(text)
	require.NoError(t, err)
	result, err := e.over(func(id string) (values, error) {
		return values{points: map[string][]float64{
			"m1": {30, 20, 0, 0, math.NaN()},
			"m2": {20, math.NaN(), 20, math.NaN(), math.NaN()},
		}[id]}, nil
	})
	require.NoError(t, err)
	require.False(t, result.isNumber())
	return result.points
}

func TestMetricMathIsComputedPeriodByPeriod(t *testing.T) {
	t.Parallel()
	nothing := math.NaN()
	for text, want := range map[string][]float64{
		// The examples of AWS's page on metric math.
		"m1 < m2":               {0, 0, 1, 0, nothing},
		"m1 >= 30":              {1, 0, 0, 0, nothing},
		"(m1 > 15 && m2 > 15)":  {1, 0, 0, 0, nothing},
		"m1 / m2":               {1.5, nothing, 0, nothing, nothing}, // by zero: dropped
		"m2 / m1 * 100":         {20.0 / 30 * 100, 0, nothing, nothing, nothing},
		"m1 - m2":               {10, 20, -20, 0, nothing},
		"-m1 + 1":               {-29, -19, 1, 1, nothing},
		"2 * (m1 + 1)":          {62, 42, 2, 2, nothing},
		"m1 + m2 * 2":           {70, 20, 40, 0, nothing},
		"FILL(m2, 0)":           {20, 0, 20, 0, 0},
		"FILL(m2, REPEAT)":      {20, 20, 20, 20, 20},
		"IF(m1 > 10, m1 / 2)":   {15, 10, nothing, nothing, nothing},
		"IF(m1 > 10, m1 / 2,7)": {15, 10, 7, 7, nothing},
	} {
		got := evaluated(t, text)
		require.Len(t, got, len(want), text)
		for i := range want {
			if math.IsNaN(want[i]) {
				require.True(t, math.IsNaN(got[i]), "%s: %v", text, got)
			} else {
				require.InDelta(t, want[i], got[i], 1e-9, "%s: %v", text, got)
			}
		}
	}
}
