package tests

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/redis"
)

func TestCartsThatAreChangedOftenStayCompact(t *testing.T) {
	t.Parallel()
	for _, group := range evaluate(t, update, base()).of("ParameterGroup") {
		if group.token == "aws:elasticache/parameterGroup:ParameterGroup" {
			require.Equal(t, "hash-max-listpack-value", group.input("parameters", 1, "name"))
			require.Equal(t, strconv.Itoa(redis.LongestField), group.input("parameters", 1, "value"))
			return
		}
	}
	require.Fail(t, "the cache has no parameter group")
}
