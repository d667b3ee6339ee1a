package tests

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/redis"
	"myclothes/infra/guards"
)

func TestCartsThatAreChangedOftenStayCompact(t *testing.T) {
	t.Parallel()
	group := the(t, evaluate(t, update, base()), guards.CacheParameterGroup)
	require.Equal(t, "hash-max-listpack-value", group.Input("parameters", 1, "name"))
	require.Equal(t, strconv.Itoa(redis.LongestField), group.Input("parameters", 1, "value"))
}
