package forecast

import "myclothes/infra/guards"

// Price says what a graph costs a month in US dollars, and what that is without.
type Price func(g guards.Graph) (components map[string]float64, without []string)

// price is the table of prices; nil while there is none.
var price Price

// costs compares what the stack costs before and after.
func costs(c *change) (a Answer) {
	if c.plan.Empty() {
		return a
	}
	if price == nil {
		return Answer{Because: []Reason{{Verdict: Unknown, Text: "there is no table of prices"}}}
	}
	return compareCosts(price, c.before, c.after)
}
