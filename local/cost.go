package main

import (
	"context"
	"errors"
	"flag"
	"io"

	"myclothes/infra/guards/cost"
)

// priced says what usage a cost is estimated for, and how it is shown.
type priced struct {
	usage     cost.Usage
	writeCost func(cost.Estimate, io.Writer) error
}

// flags are those that only a cost has.
func (p *priced) flags(flags *flag.FlagSet) {
	p.usage, p.writeCost = cost.Usage{}, cost.Estimate.WriteText
	flags.Func("usage", "what the shop is used like, as key=value; may be repeated", p.usage.Set)
	flags.Func("format", "text, markdown, or json", func(format string) error {
		switch format {
		case "text":
		case "json":
			p.writeCost = cost.Estimate.WriteJSON
		case "markdown":
			p.writeCost = cost.Estimate.WriteMarkdown
		default:
			return errors.New("text, markdown or json")
		}
		return nil
	})
}

// showCost prints what the stack that is declared costs a month.
func showCost(ctx context.Context, r request) error {
	graph, err := r.declared(ctx)
	if err != nil {
		return err
	}
	return r.writeCost(cost.Of(graph, r.usage), r.out)
}
