package control

import (
	"context"
	"fmt"
	"io"
	"time"

	"myclothes/local/cloud/autoscaling/refresh"
)

// Follow prints how instance refreshes that began at or after a time go on, a line
// for every step, and returns when none is under way. A refresh that failed is an
// error.
func (c *Cloud) Follow(ctx context.Context, from time.Time, out io.Writer) error {
	said := map[string]string{}
	for {
		report, err := c.Report(ctx)
		if err != nil {
			return err
		}
		var failure error
		busy := false
		for _, r := range report.Refreshes {
			if !r.Running() && r.Started.Before(from) {
				continue
			}
			key := r.Group + r.Started.String()
			if line := r.String(); said[key] != line {
				said[key] = line
				fmt.Fprintln(out, line)
			}
			busy = busy || r.Running()
			switch r.Status {
			case refresh.Failed, refresh.RollbackSuccessful, refresh.RollbackFailed:
				failure = fmt.Errorf("the roll of %s failed: %s", r.Group, r.Reason)
			default:
				failure = nil
			}
		}
		if !busy {
			return failure
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the roll goes on in the background: %w", ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}
