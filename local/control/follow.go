package control

import (
	"context"
	"fmt"
	"io"
	"time"

	"myclothes/local/cloud/autoscaling"
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
		for _, refresh := range report.Refreshes {
			if !refresh.Running() && refresh.Started.Before(from) {
				continue
			}
			key := refresh.Group + refresh.Started.String()
			if line := refresh.String(); said[key] != line {
				said[key] = line
				fmt.Fprintln(out, line)
			}
			busy = busy || refresh.Running()
			switch refresh.Status {
			case autoscaling.RefreshFailed, autoscaling.RefreshRollbackSuccessful, autoscaling.RefreshRollbackFailed:
				failure = fmt.Errorf("the roll of %s failed: %s", refresh.Group, refresh.Reason)
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
