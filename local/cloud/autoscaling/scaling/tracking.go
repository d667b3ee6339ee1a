// Package scaling decides how many instances an Auto Scaling group should have: what its
// target tracking policies ask for as their metrics stand, and what its scheduled actions set
// when they are due. It knows sizes, data and times, and no instance.
package scaling

import (
	"fmt"
	"math"
	"slices"
)

// The two alarms that AWS makes for a policy: how many minutes of data in a row are above
// the target, or less than a part of it.
const (
	highDatapoints = 3
	lowDatapoints  = 15
	lowPart        = 0.9
)

// spare is how many minutes more an alarm looks at, in case some have no data.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
const spare = 2

// lookback is of how many minutes data is looked at.
const lookback = lowDatapoints + spare

// Tracked is a policy and what its metric was in the last minutes, the oldest first; NaN
// where there is no data.
type Tracked struct {
	Name    string
	Target  float64
	ScaleIn bool
	Values  []float64
}

// Capacity is what a group has: instances in service that count, and those that warm up.
type Capacity struct {
	Desired int
	Warm    int
	Warming int
	Bounds
}

// Bounds are between which sizes a group scales.
type Bounds struct{ Min, Max int }

// Clamp returns the size within the bounds that is nearest.
func (b Bounds) Clamp(size int) int { return min(max(size, b.Min), b.Max) }

// Track returns the size that policies ask for, and why. If any of them wants more, the
// largest size counts; the group gets smaller only when all that may scale it in want
// that, and nothing warms up. Sizes are proportional to metric and target, and rounded
// up: "we round up … Similarly, if we determine that removing 1.5 instances increases your
// CPU utilization to above 50 percent, we remove just one instance".
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
func Track(c Capacity, policies []Tracked) (size int, cause string) {
	for _, p := range policies {
		high := p.breaching(highDatapoints, func(value float64) bool { return value > p.Target })
		if len(high) == 0 {
			continue
		}
		if wanted := c.Clamp(p.size(c.Warm, high[len(high)-1])); wanted > max(c.Desired, size) {
			size, cause = wanted, fmt.Sprintf("%s is above %g: %g", p.Name, p.Target, round(high[len(high)-1]))
		}
	}
	if size > 0 {
		return size, cause
	}
	return shrink(c, policies)
}

// shrink returns the size of a group that may get smaller: the largest that a policy needs
// for the highest of what its metric was, which is how we read that AWS scales in
// "more gradually".
func shrink(c Capacity, policies []Tracked) (size int, cause string) {
	if c.Warming > 0 {
		return c.Desired, ""
	}
	for _, p := range policies {
		if !p.ScaleIn {
			continue
		}
		low := p.breaching(lowDatapoints, func(value float64) bool { return value < lowPart*p.Target })
		if len(low) == 0 {
			return c.Desired, ""
		}
		if wanted := p.size(c.Warm, slices.Max(low)); cause == "" || wanted > size {
			size, cause = wanted, fmt.Sprintf("%s is below %g: %g", p.Name, round(lowPart*p.Target), round(slices.Max(low)))
		}
	}
	if size = c.Clamp(size); cause == "" || size >= c.Desired {
		return c.Desired, ""
	}
	return size, cause
}

// size returns how many instances have the metric at its target, if that many have it at a
// value.
func (p Tracked) size(instances int, value float64) int {
	return int(math.Ceil(float64(instances) * value / p.Target))
}

// breaching returns the last n values, the oldest first, if all of them breach. Of those that
// are missing it is enough that the others breach, and that the oldest is not too new: that
// is how an alarm treats missing data as missing.
func (p Tracked) breaching(n int, breaches func(float64) bool) []float64 {
	var values []float64
	oldest := 0 // minutes ago
	for age := 1; age <= min(n+spare, len(p.Values)) && len(values) < n; age++ {
		if value := p.Values[len(p.Values)-age]; !math.IsNaN(value) {
			values, oldest = append([]float64{value}, values...), age
		}
	}
	if len(values) < n && oldest < n || slices.ContainsFunc(values, func(v float64) bool { return !breaches(v) }) {
		return nil
	}
	return values
}

func round(value float64) float64 { return math.Round(100*value) / 100 }
