package cost

import (
	"maps"
	"slices"
)

// Difference is what one component costs a month before and after a change, in USD.
type Difference struct {
	Component string  `json:"component"`
	Before    float64 `json:"before"`
	After     float64 `json:"after"`
}

// Delta is what the change adds; negative if it saves.
func (d Difference) Delta() float64 { return d.After - d.Before }

// Comparison is what a stack costs a month before and after a change.
type Comparison struct {
	Before, After Estimate
	Components    []Difference // every component of either, in order of their names
}

// Delta is what the change adds to the whole stack, in USD a month.
func (c Comparison) Delta() float64 { return c.After.Total() - c.Before.Total() }

// Changed are the components that cost other than before.
func (c Comparison) Changed() (changed []Difference) {
	for _, d := range c.Components {
		if d.Delta() != 0 {
			changed = append(changed, d)
		}
	}
	return changed
}

// Compare sets two estimates side by side.
func Compare(before, after Estimate) Comparison {
	was, is := before.ByComponent(), after.ByComponent()
	all := maps.Clone(was)
	maps.Copy(all, is)
	c := Comparison{Before: before, After: after}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c.Components = append(c.Components, Difference{name, was[name], is[name]})
	}
	return c
}

// ByComponent sums up the lines of every component, in USD.
func (e Estimate) ByComponent() map[string]float64 {
	sums := map[string]float64{}
	for _, l := range e.Lines {
		sums[l.Component] += l.USD()
	}
	return sums
}
