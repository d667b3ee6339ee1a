package cloudwatch

import "slices"

// series is the data of one metric. The lock of Metrics guards it.
type series struct {
	Metric
	points []point // of the periods that have data, the oldest first
}

// point is what is known of one period.
type point struct {
	period int64
	Summary
}

func (s *series) merge(period int64, samples Summary) {
	if len(s.points) == 0 || s.points[len(s.points)-1].period != period {
		s.points = append(s.points, point{period: period})
	}
	s.points[len(s.points)-1].Merge(samples)
}

// forget drops what is older than a period. It moves what is left now and then only.
func (s *series) forget(oldest int64) {
	if n := len(s.points); n == 0 || s.points[0].period > oldest-16 && s.points[n-1].period >= oldest {
		return
	}
	s.points = slices.DeleteFunc(s.points, func(p point) bool { return p.period < oldest })
}

// over summarizes the periods from one up to and without another.
func (s *series) over(from, to int64) Summary {
	var all Summary
	for _, p := range s.points {
		if p.period >= from && p.period < to {
			all.Merge(p.Summary)
		}
	}
	return all
}

func (s *series) matches(namespace, name string, dimensions []Dimension) bool {
	if namespace != "" && namespace != s.Namespace || name != "" && name != s.Name {
		return false
	}
	for _, wanted := range dimensions {
		if !slices.ContainsFunc(s.Dimensions, func(d Dimension) bool {
			return d.Name == wanted.Name && (wanted.Value == "" || d.Value == wanted.Value)
		}) {
			return false
		}
	}
	return true
}
