package elb

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatchersListCodesAndRanges(t *testing.T) {
	t.Parallel()
	for matcher, statuses := range map[string]map[int]bool{
		"200":         {200: true, 201: false},
		"200,204":     {200: true, 201: false, 204: true},
		"200-299":     {199: false, 200: true, 299: true, 300: false},
		"200-202,404": {202: true, 203: false, 404: true},
	} {
		for status, want := range statuses {
			require.Equal(t, want, HealthCheck{Matcher: matcher}.matches(status), "%s %d", matcher, status)
		}
	}
}
