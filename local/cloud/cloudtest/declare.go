package cloudtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
)

// Declare creates a resource whose id and name are the same, and fails the test if
// that does not work.
func Declare[S any](t *testing.T, s aws.Service[S], name string, spec S) aws.Outputs {
	t.Helper()
	outputs, err := s.Create(t.Context(), Named(name), spec)
	require.NoError(t, err)
	return outputs
}

// Named is a resource whose id and name are the same.
func Named(name string) aws.Resource {
	return aws.Resource{ID: name, Name: name, ARN: "arn:aws:test:eu-west-1:" + aws.AccountID + ":" + name}
}

// Eventually waits for a condition that takes a while.
func Eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 30*time.Second, 10*time.Millisecond, what)
}

// ComponentOf returns the one component of a kind.
func ComponentOf(t *testing.T, components []aws.Component, kind string) aws.Component {
	t.Helper()
	var found []aws.Component
	for _, c := range components {
		if c.Kind == kind {
			found = append(found, c)
		}
	}
	require.Len(t, found, 1, kind)
	return found[0]
}

// CountHealthy counts the healthy components of a kind.
func CountHealthy(components []aws.Component, kind string) int {
	healthy := 0
	for _, c := range components {
		if c.Kind == kind && c.Healthy {
			healthy++
		}
	}
	return healthy
}
