package apptest

import (
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
		seen[port] = true
	}
}
