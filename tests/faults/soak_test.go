package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatGrowsAllTheTimeIsNamed(t *testing.T) {
	t.Parallel()
	var steady, leaking []use
	for i := range 40 {
		steady = append(steady, use{memory: int64(50 + i%7), descriptors: 30 + i%3, threads: 9, goroutines: 100 - i})
		leaking = append(leaking, use{memory: 50, descriptors: 30 + i, threads: 9, goroutines: 100})
	}
	require.NoError(t, growing(steady))
	require.NoError(t, growing(nil))
	err := growing(leaking)
	require.ErrorContains(t, err, "descriptors grow")
	require.NotContains(t, err.Error(), "memory")
}
