package main

import (
	"context"

	"myclothes/infra/drawing"
)

// diagram prints the architecture that the stack declares, as SVG.
func diagram(ctx context.Context, r request) error {
	graph, err := r.declared(ctx)
	if err != nil {
		return err
	}
	_, err = r.out.Write(drawing.Draw(drawing.Title(r.stack, r.config), graph))
	return err
}
