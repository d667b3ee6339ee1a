package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"myclothes/infra"
	"myclothes/local/control"
	"myclothes/local/engine"
)

// down destroys the stack that runs, stops the local cloud, and removes what both
// have written. Whatever fails, it goes on: nothing may be left running. What AWS would
// refuse to delete, like a protected database, is an error, and ends with the local cloud
// all the same. A stack that was named is destroyed only if it is the one that runs.
func down(ctx context.Context, r request) error {
	var destroyed error
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
		destroyed = r.destroy(ctx, c)
		if ctx.Err() != nil {
			return destroyed
		}
		if err := c.Stop(ctx); err != nil {
			return fmt.Errorf("%w\nThe log is .local/cloud.log", errors.Join(destroyed, err))
		}
	}
	for _, name := range []string{engine.Folder, ".local/cloud", ".local/cloud.json", ".local/cloud.log", ".local/cloud.lock", commandLock} {
		if err := os.RemoveAll(filepath.Join(r.root, name)); err != nil {
			return err
		}
	}
	fmt.Fprintln(r.out, "Nothing runs any more, and nothing of the stack is left. In .local there are still tools, screenshots, and what previews compared with.")
	return destroyed
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
