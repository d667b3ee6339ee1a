package cloudtest

import (
	"slices"
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

// Eventually waits for a condition that takes a while. The condition runs on the test's
// own goroutine, so that what it requires ends the test at once, and says why.
func Eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			require.FailNow(t, "it did not come to this: "+what)
		}
	}
}

// Restarted says whether there is a healthy component of a kind that runs as another
// process than it did before.
func Restarted(components []aws.Component, before aws.Component) bool {
	return slices.ContainsFunc(components, func(c aws.Component) bool {
		return c.Kind == before.Kind && c.Healthy && c.PID != before.PID
	})
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
