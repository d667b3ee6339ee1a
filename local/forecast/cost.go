package forecast

import (
	"myclothes/infra/guards"
	"myclothes/infra/guards/cost"
)

// Price says what a graph costs a month in US dollars, and what that is without.
type Price func(g guards.Graph) (components map[string]float64, without []string)

// price is by the table of infra/guards/cost, for a shop that is used as assumed there.
var price Price = func(g guards.Graph) (components map[string]float64, without []string) {
	estimate := cost.Of(g, nil)
	for _, missing := range estimate.Without {
		without = append(without, missing.Resource+": "+missing.Why)
	}
	return estimate.ByComponent(), without
}

// costs compares what the stack costs before and after.
func costs(c *change) (a Answer) {
	if c.plan.Empty() {
		return a
	}
	return compareCosts(price, c.before, c.after)
}
