package instancetypes

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAnInstanceTypeHasAsManyProcessorsAsOnAWS(t *testing.T) {
	t.Parallel()
	for instanceType, want := range map[string]int{
		"t4g.nano": 2, "t4g.small": 2, "t3.medium": 2, "t4g.large": 2, "t4g.xlarge": 4, "t3a.2xlarge": 8,
		"t2.micro": 1, "t2.small": 1, "t2.medium": 2, "t2.large": 2,
		"m7g.medium": 1, "m7g.large": 2, "c7gn.16xlarge": 64, "r6i.32xlarge": 128, "u-3tb1.56xlarge": 224,
		"cache.t4g.micro": 2, "cache.r7g.large": 2, "cache.t2.small": 1, "db.t4g.medium": 2, "db.r6g.4xlarge": 16,
		"m7g.metal": 0, "": 0, "large": 0, "db.serverless": 0,
	} {
		require.Equal(t, want, VCPUs(instanceType), instanceType)
	}
}
