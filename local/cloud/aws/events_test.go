package aws

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheLastEventsAreKeptInTheirOrder(t *testing.T) {
	t.Parallel()
	var story Events
	require.Empty(t, story.After(0))
	for range 3 * keptEvents {
		story.Add(InstanceLaunched, "i-1", "eu-west-1a", "")
	}
	told := story.After(0)
	require.GreaterOrEqual(t, len(told), keptEvents)
	require.EqualValues(t, 3*keptEvents, told[len(told)-1].Number)
	for i := 1; i < len(told); i++ {
		require.Equal(t, told[i-1].Number+1, told[i].Number)
	}
	story.Add(FailedOver, "sessions", "eu-west-1b", "its primary ended")
	require.Equal(t, []string{"sessions"}, subjects(story.After(3*keptEvents)))
}

func subjects(events []Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.Subject)
	}
	return all
}
