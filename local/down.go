package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"myclothes/infra"
	"myclothes/local/control"
	"myclothes/local/engine"
)

// down destroys the stack that runs, stops the local cloud, and removes what both
// have written. Whatever fails, it goes on: nothing may be left running. A stack that
// was named is destroyed only if it is the one that runs.
func down(ctx context.Context, r request) error {
	c, err := control.Find(ctx, r.root)
	switch {
	case errors.Is(err, control.ErrNotRunning):
		fmt.Fprintln(r.out, "No local cloud is running: the stack's state is removed.")
	case err != nil:
		return err
	default:
		running := c.Options().Stack
		if r.stack != "" && r.stack != running {
			return fmt.Errorf("stack %s runs here, not %s: make down without STACK stops whatever runs", running, r.stack)
		}
		r.stack = running
		destroyed := r.pardon(ctx, c, r.destroy(ctx, c))
		if ctx.Err() != nil {
			return destroyed
		}
		if err := errors.Join(destroyed, c.Stop(ctx)); err != nil {
			return fmt.Errorf("%w\nThe log is .local/cloud.log", err)
		}
	}
	for _, name := range []string{engine.Folder, ".local/cloud", ".local/cloud.json", ".local/cloud.log", ".local/cloud.lock", commandLock} {
		if err := os.RemoveAll(filepath.Join(r.root, name)); err != nil {
			return err
		}
	}
	fmt.Fprintln(r.out, "Nothing runs any more, and nothing of the stack is left. In .local there are still tools, screenshots, and what previews compared with.")
	return nil
}

// pardon takes AWS's refusal to delete something for what it is: a guard that works. It says
// what would stay, and what lets it go. Any other error is returned.
func (r request) pardon(ctx context.Context, c *control.Cloud, destroyed error) error {
	if destroyed == nil || ctx.Err() != nil {
		return destroyed
	}
	report, err := c.Report(ctx)
	if err != nil || len(report.Refused) == 0 {
		return destroyed
	}
	fmt.Fprintf(r.out, "\nOn AWS this stack would stay, because of what its state says:\n  %s\n"+
		"What guards it must be off in a pulumi up before pulumi destroy. Here it ends with the local cloud.\n", strings.Join(report.Refused, "\n  "))
	return nil
}

// destroy lets the engine delete the stack's resources, last made first.
func (r request) destroy(ctx context.Context, c *control.Cloud) error {
	r.config = nil
	settings, err := r.settings(true)
	if err != nil {
		return err
	}
	e, err := engine.Open(ctx, settings, infra.Deploy, c.Providers(), r.out)
	if err != nil {
		return err
	}
	defer e.Close()
	return e.Destroy(ctx)
}

// status shows who runs where. It fails when something is not well.
func status(ctx context.Context, r request) error {
	c, err := control.Find(ctx, r.root)
	if errors.Is(err, control.ErrNotRunning) {
		return fmt.Errorf("%w: make up starts it", err)
	}
	if err != nil {
		return err
	}
	report, err := c.Report(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "Stack %s in %s, for %v, at http://127.0.0.1:%d\n\n", c.Options().Stack, c.Options().Region,
		time.Since(c.Started).Round(time.Second), c.Options().Port)
	if !report.Print(r.out, r.root, time.Now()) {
		return errors.New("not everything is well")
	}
	return nil
}
