package apptest

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNobodyIsGivenAPortThatSomebodyElseWasGiven(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		port, err := FreePort()
		require.NoError(t, err)
		require.False(t, seen[port], port)
		number, err := strconv.Atoi(port)
		require.NoError(t, err)
		require.Less(t, number, 32768, "no connection starts from it")
		seen[port] = true
	}
}
