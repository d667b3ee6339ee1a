package autoscaling

// Metrics are CloudWatch's.
type Metrics interface {
	// Latest returns a statistic of the last count complete periods of a minute of AWS, the
	// oldest first; NaN where a period has no data.
	Latest(m Metric, count int) []float64
}

// Metric names a metric and the statistic that is looked at.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
	Statistic       string // "Average" or "Sum"
}
