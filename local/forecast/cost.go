package forecast

import (
	"fmt"
	"math"
	"slices"

	"myclothes/infra/guards/cost"
)

// costs compares what the stack costs before and after by the table of prices, for a shop
// that is used as that assumes. What has no price is unknown.
func costs(c *change) (a Answer) {
	if c.plan.Empty() {
		return a
	}
	compared := cost.Compare(cost.Of(c.before, nil), cost.Of(c.after, nil))
	before, after := compared.Before.Total(), compared.After.Total()
	verdict := No
	if math.Abs(after-before) >= cent {
		verdict = Yes
	}
	a.Because = []Reason{{Verdict: verdict, Text: fmt.Sprintf("%.2f → %.2f USD a month (%+.2f)", before, after, after-before)}}
	for _, d := range compared.Changed() {
		if math.Abs(d.Delta()) >= cent {
			a.Because = append(a.Because, Reason{Verdict: verdict, Text: fmt.Sprintf("%s: %.2f → %.2f USD a month (%+.2f)", d.Component, d.Before, d.After, d.Delta())})
		}
	}
	for _, missing := range unpriced(compared.After.Without, compared.Before.Without) {
		a.Because = append(a.Because, Reason{Verdict: Unknown, Text: "without " + missing.Resource + ": " + missing.Why})
	}
	for _, missing := range unpriced(compared.Before.Without, compared.After.Without) {
		if slices.ContainsFunc(compared.After.Without, func(u cost.Unpriced) bool { return u.Resource == missing.Resource }) {
			continue // told above
		}
		a.Because = append(a.Because, Reason{Verdict: Unknown, Text: "no longer without " + missing.Resource + ", which was not counted: " + missing.Why})
	}
	return a
}

// cent is the least difference that is told, in USD: what rounds to it.
const cent = 0.005

// unpriced is what one estimate is without and another is not: what both are without is as
// it was.
func unpriced(list, other []cost.Unpriced) []cost.Unpriced {
	return slices.DeleteFunc(slices.Clone(list), func(u cost.Unpriced) bool { return slices.Contains(other, u) })
}
