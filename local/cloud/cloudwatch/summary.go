package cloudwatch

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Summary is a statistic set: what is known of a number of samples. The zero value is
// one of no sample.
type Summary struct {
	Count, Sum, Min, Max float64

	// bins count samples by size, so that percentiles can be told. There are none as
	// long as all samples are equal.
	bins []bin
}

// bin counts the samples whose logarithm to the base of binGrowth begins with key.
type bin struct {
	key   int16
	count uint32
}

// binGrowth is how much larger than the last one each bin is. A percentile is wrong by
// half of that at most, as CloudWatch's is, whose bins grow by a tenth:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-PrometheusEC2.html
const binGrowth = 1.05

// nothingBin holds the samples that have no logarithm: zero, and what is less.
const nothingBin = math.MinInt16

var logGrowth = math.Log(binGrowth)

func binOf(value float64) int16 {
	if value <= 0 {
		return nothingBin
	}
	key := math.Floor(math.Log(value) / logGrowth)
	return int16(min(max(key, nothingBin+1), math.MaxInt16))
}

// middle is the value that stands for all of a bin.
func (b bin) middle() float64 {
	if b.key == nothingBin {
		return 0
	}
	return math.Exp((float64(b.key) + 0.5) * logGrowth)
}

// Add takes in one sample.
func (s *Summary) Add(value float64) { s.AddMany(value, 1) }

// AddMany takes in a number of equal samples.
func (s *Summary) AddMany(value float64, count int) {
	if count > 0 {
		n := float64(count)
		s.Merge(Summary{Count: n, Sum: n * value, Min: value, Max: value})
	}
}

// Merge takes in all samples of another summary.
func (s *Summary) Merge(o Summary) {
	switch {
	case o.Count == 0:
		return
	case s.Count == 0:
		*s = o
		s.bins = slices.Clone(o.bins)
		return
	}
	if min(s.Min, o.Min) != max(s.Max, o.Max) {
		s.bins = s.distribution()
		for _, b := range o.distribution() {
			s.count(b)
		}
	}
	s.Count, s.Sum = s.Count+o.Count, s.Sum+o.Sum
	s.Min, s.Max = min(s.Min, o.Min), max(s.Max, o.Max)
}

// distribution returns the bins, also of samples that are all equal.
func (s *Summary) distribution() []bin {
	if s.bins == nil && s.Count > 0 {
		return []bin{{binOf(s.Min), uint32(s.Count)}}
	}
	return s.bins
}

func (s *Summary) count(b bin) {
	i, found := slices.BinarySearchFunc(s.bins, b, func(a, b bin) int { return cmp.Compare(a.key, b.key) })
	if !found {
		s.bins = slices.Insert(s.bins, i, bin{key: b.key})
	}
	s.bins[i].count += b.count
}

// Average is the mean of the samples; NaN if there are none.
func (s Summary) Average() float64 { return s.Sum / s.Count }

// Percentile returns the value that as many percent of the samples do not exceed: the
// smallest for 0, the largest for 100, NaN if there are none.
func (s Summary) Percentile(percent float64) float64 {
	if s.Count == 0 {
		return math.NaN()
	}
	rank := max(1, math.Ceil(s.Count*percent/100))
	if rank >= s.Count {
		return s.Max
	}
	if percent == 0 {
		return s.Min
	}
	seen := 0.0
	for _, b := range s.distribution() {
		if seen += float64(b.count); seen >= rank {
			return min(max(b.middle(), s.Min), s.Max)
		}
	}
	return s.Max
}

// Statistic returns what CloudWatch calls SampleCount, Sum, Average, Minimum, Maximum, or
// p0 to p100 (p99, p95.45). Other names are an error.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
func (s Summary) Statistic(name string) (float64, error) {
	switch name {
	case "SampleCount":
		return s.Count, nil
	case "Sum":
		return s.Sum, nil
	case "Average":
		return s.Average(), nil
	case "Minimum":
		return s.Min, nil
	case "Maximum":
		return s.Max, nil
	}
	percent, err := percentOf(name)
	if err != nil {
		return 0, err
	}
	return s.Percentile(percent), nil
}

// percentOf returns which percentile an extended statistic is.
func percentOf(name string) (float64, error) {
	digits, isPercentile := strings.CutPrefix(name, "p")
	percent, err := strconv.ParseFloat(digits, 64)
	if !isPercentile || err != nil || percent < 0 || percent > 100 {
		return 0, fmt.Errorf("statistic %q is none of SampleCount, Sum, Average, Minimum, Maximum, and p0 to p100", name)
	}
	return percent, nil
}
