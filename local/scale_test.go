package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAScaleIsAPartOfRealTime(t *testing.T) {
	t.Parallel()
	var r request
	for _, text := range []string{"0", "-1", "2", "NaN", "slow", ""} {
		require.Error(t, r.setScale(text), text)
	}
	require.NoError(t, r.setScale("0.05"))
	require.Equal(t, 0.05, r.scale)
}
