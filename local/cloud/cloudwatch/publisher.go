package cloudwatch

// Publisher publishes a service's metrics, each under several combinations of dimensions.
type Publisher struct {
	Metrics    *Metrics
	Namespace  string // "AWS/EC2"
	Dimensions [][]Dimension
}

// Value publishes one sample.
func (p Publisher) Value(name, unit string, value float64) {
	p.Merge(name, unit, Summary{Count: 1, Sum: value, Min: value, Max: value})
}

// Count publishes a number of things that have happened: as many samples of 1, so that
// only Sum and SampleCount say how many. Nothing is published if it is 0.
func (p Publisher) Count(name string, happened int) {
	var all Summary
	all.AddMany(1, happened)
	p.Merge(name, "Count", all)
}

// Merge publishes all samples of a summary.
func (p Publisher) Merge(name, unit string, samples Summary) {
	for _, dimensions := range p.Dimensions {
		p.Metrics.Merge(Metric{p.Namespace, name, unit, dimensions}, samples)
	}
}
