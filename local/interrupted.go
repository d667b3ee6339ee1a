package main

import (
	"context"
	"fmt"
	"strings"

	"myclothes/local/control"
	"myclothes/local/engine"
)

// clearUp removes what an up left that was ended before it was done, by ^C twice or with its
// machine: the engine forgets what it was creating, and the local cloud, which knows what there
// is, removes what of that there is. What was being changed is changed again anyway.
func (r request) clearUp(ctx context.Context, c *control.Cloud, e *engine.Engine, s *engine.Settings) error {
	doing, err := s.Interrupted()
	if err != nil || len(doing) == 0 {
		return err
	}
	fmt.Fprintf(r.out, "The engine was ended while it was %s: that is cleared up first.\n", strings.Join(doing, ", "))
	if err := e.ForgetInterrupted(ctx); err != nil {
		return err
	}
	resources, err := s.Resources()
	if err != nil {
		return err
	}
	known := map[string][]string{} // ids by type
	for _, resource := range resources {
		typ, _ := resource["type"].(string)
		id, _ := resource["id"].(string)
		known[typ] = append(known[typ], id)
	}
	removed, err := c.RemoveOrphans(ctx, known)
	for _, orphan := range removed {
		fmt.Fprintf(r.out, "Removed %s, which the engine does not know of.\n", orphan)
	}
	return err
}
