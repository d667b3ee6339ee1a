package cloud

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Declare creates a resource whose id and name are the same, and fails the test if
// that does not work.
func Declare[S any](t *testing.T, s Service[S], name string, spec S) Outputs {
	t.Helper()
	outputs, err := s.Create(t.Context(), Named(name), spec)
	require.NoError(t, err)
	return outputs
}

// Named is a resource whose id and name are the same.
func Named(name string) Resource {
	return Resource{ID: name, Name: name, ARN: "arn:aws:test:eu-west-1:" + AccountID + ":" + name}
}

// Eventually waits for a condition that takes a while.
func Eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 30*time.Second, 10*time.Millisecond, what)
}

// ComponentOf returns the one component of a kind.
func ComponentOf(t *testing.T, components []Component, kind string) Component {
	t.Helper()
	var found []Component
	for _, c := range components {
		if c.Kind == kind {
			found = append(found, c)
		}
	}
	require.Len(t, found, 1, kind)
	return found[0]
}

// CountHealthy counts the healthy components of a kind.
func CountHealthy(components []Component, kind string) int {
	healthy := 0
	for _, c := range components {
		if c.Kind == kind && c.Healthy {
			healthy++
		}
	}
	return healthy
}
