package aws

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEveryTimingSaysWhatItIsAndWhoSaysSo(t *testing.T) {
	t.Parallel()
	for _, row := range timings {
		require.NotEmpty(t, row.Name)
		require.Positive(t, row.AWS, row.Name)
		require.Contains(t, row.Source, "https://docs.aws.amazon.com/", row.Name)
		require.LessOrEqual(t, row.Least, row.AWS, row.Name)
	}
}

func TestAMinuteOfAWSIsASecondUnlessAnotherScaleIsGiven(t *testing.T) {
	t.Parallel()
	require.Equal(t, time.Second, Timings{}.Of(MetricPeriod))
	require.Equal(t, time.Minute, Timings{Scale: 1}.Of(MetricPeriod))
	require.Equal(t, 15*time.Second, Timings{}.Scaled(15*time.Minute))
}

func TestNoScaleTakesASlowNodeForADeadOne(t *testing.T) {
	t.Parallel()
	require.Equal(t, 2*time.Second, Timings{Scale: 0.001}.Of(CacheDetection))
	require.Equal(t, 15*time.Second, Timings{Scale: 1}.Of(CacheDetection))
}
