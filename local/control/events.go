package control

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"myclothes/local/cloud/aws"
)

// Events asks the cloud what happened after the event of a number.
func (c *Cloud) Events(ctx context.Context, after int64) (events []aws.Event, err error) {
	err = c.get(ctx, fmt.Sprint("/events?after=", after), &events)
	return events, err
}

// FollowEvents hands to tell what happened after the event of a number, and what goes on
// to happen, until ctx ends or the cloud does.
func (c *Cloud) FollowEvents(ctx context.Context, after int64, tell func([]aws.Event) error) error {
	for {
		events, err := c.Events(ctx, after)
		if err != nil {
			if running, asked := c.running(); ctx.Err() != nil || asked == nil && !running {
				return nil
			}
			return err
		}
		if len(events) > 0 {
			after = events[len(events)-1].Number
		}
		if err := tell(events); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// PrintEvents writes a line for every event: when, its number, what, to whom, where, and
// what else is to be said.
func PrintEvents(out io.Writer, events []aws.Event) error {
	for _, e := range events {
		line := fmt.Sprintf("%s %6d  %-19s  %-26s  %-10s  %s", e.Time.Local().Format("15:04:05.000"), e.Number, e.Kind, e.Subject, e.Zone, firstLine(e.Detail))
		if _, err := fmt.Fprintln(out, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// firstLine leaves out the logs that some details end with.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
