package forecast

import (
	"fmt"
	"maps"
	"slices"

	"myclothes/infra/guards"
)

// compareCosts says which components cost more and less. What has no price is unknown.
func compareCosts(price Price, before, after guards.Graph) (a Answer) {
	was, _ := price(before)
	is, without := price(after)
	all := maps.Clone(was)
	maps.Copy(all, is)
	var total, totalAfter float64
	for _, name := range slices.Sorted(maps.Keys(all)) {
		total, totalAfter = total+was[name], totalAfter+is[name]
		if difference := is[name] - was[name]; difference > 0.005 || difference < -0.005 {
			a.Because = append(a.Because, Reason{Verdict: Yes, Text: fmt.Sprintf("%s: %.2f → %.2f USD a month (%+.2f)", name, was[name], is[name], difference)})
		}
	}
	sum := Reason{Verdict: No, Text: fmt.Sprintf("all: %.2f → %.2f USD a month (%+.2f)", total, totalAfter, totalAfter-total)}
	if len(a.Because) > 0 {
		sum.Verdict = Yes
	}
	a.Because = append([]Reason{sum}, a.Because...)
	for _, text := range without {
		a.Because = append(a.Because, Reason{Verdict: Unknown, Text: "without " + text})
	}
	return a
}
