package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"

	"myclothes/local/cloud/aws"
	"myclothes/local/control"
)

// told says what of a cloud's story to tell, and how.
type told struct {
	after  int64
	follow bool
}

// flags are those that only events have.
func (s *told) flags(flags *flag.FlagSet) {
	flags.Int64Var(&s.after, "after", 0, "begin after the event of this number")
	flags.BoolVar(&s.follow, "follow", false, "go on until the cloud ends")
}

// events tells what has happened in the cloud that runs.
func events(ctx context.Context, r request) error {
	c, err := findRunning(ctx, r.root)
	if err != nil {
		return err
	}
	tell := func(events []aws.Event) error { return control.PrintEvents(r.out, events) }
	if r.json {
		tell = func(events []aws.Event) error { return writeLines(r.out, events) }
	}
	if r.follow {
		return c.FollowEvents(ctx, r.after, tell)
	}
	events, err := c.Events(ctx, r.after)
	if err != nil {
		return err
	}
	return tell(events)
}

// writeLines writes every event as a line of JSON, so that a reader need not wait for
// the last one.
func writeLines(out io.Writer, events []aws.Event) error {
	lines := json.NewEncoder(out)
	for _, e := range events {
		if err := lines.Encode(e); err != nil {
			return err
		}
	}
	return nil
}
