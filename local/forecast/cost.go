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
	for _, d := range compared.Changed() {
		if math.Abs(d.Delta()) >= 0.005 { // a cent
			a.Because = append(a.Because, Reason{Verdict: Yes, Text: fmt.Sprintf("%s: %.2f → %.2f USD a month (%+.2f)", d.Component, d.Before, d.After, d.Delta())})
		}
	}
	sum := Reason{Verdict: No, Text: fmt.Sprintf("%.2f → %.2f USD a month (%+.2f)", before, after, after-before)}
	if len(a.Because) > 0 {
		sum.Verdict = Yes
	}
	a.Because = append([]Reason{sum}, a.Because...)
	for _, missing := range compared.After.Without {
		if !slices.Contains(compared.Before.Without, missing) { // else it is as it was
			a.Because = append(a.Because, Reason{Verdict: Unknown, Text: "without " + missing.Resource + ": " + missing.Why})
		}
	}
	return a
}
