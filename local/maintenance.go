package main

import (
	"context"
	"fmt"
)

// maintain opens the maintenance window of the stack that runs: changes that were declared
// without applyImmediately are made, as AWS makes them in the window.
func maintain(ctx context.Context, r request) error {
	c, err := findRunning(ctx, r.root)
	if err != nil {
		return err
	}
	applied, err := c.Maintain(ctx)
	for _, change := range applied {
		fmt.Fprintln(r.out, change)
	}
	if err == nil && len(applied) == 0 {
		fmt.Fprintln(r.out, "Nothing waits for the maintenance window.")
	}
	return err
}
