package control_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/control"
)

func TestTheStoryHasALineForEveryEvent(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 1, 5e6, time.Local)
	var out bytes.Buffer
	require.NoError(t, control.PrintEvents(&out, []aws.Event{
		{Number: 7, Time: at, Kind: aws.LaunchFailed, Subject: "i-1", Detail: "it ended\nits log"},
		{Number: 8, Time: at, Kind: aws.FailedOver, Subject: "sessions", Zone: "eu-west-1b", Detail: "sessions-002 is the primary"},
	}))
	require.Regexp(t, `^12:00:01\.005 +7  launch failed +i-1 +it ended
12:00:01\.005 +8  failed over +sessions +eu-west-1b +sessions-002 is the primary
$`, out.String())
}

func TestWhoFollowsTheStoryIsDoneWhenTheCloudEnds(t *testing.T) {
	root := t.TempDir()
	c, err := control.Start(t.Context(), control.Options{Root: root, Stack: "dev", Region: "eu-west-1", Port: freePort(t)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	events, err := c.Events(t.Context(), 0)
	require.NoError(t, err)
	require.Empty(t, events, "nothing happens in an empty cloud")

	asked, done := make(chan struct{}, 1000), make(chan error, 1)
	go func() {
		done <- c.FollowEvents(t.Context(), 0, func([]aws.Event) error {
			asked <- struct{}{}
			return nil
		})
	}()
	<-asked
	require.NoError(t, c.Stop(t.Context()))
	require.NoError(t, <-done)
}
