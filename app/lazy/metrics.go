package lazy

import "github.com/prometheus/client_golang/prometheus"

// result is how a Get came by its value.
type result int

const (
	hit       result = iota
	negative         // it is known that there is none
	miss             // loaded: nothing was kept
	stale            // loaded: what was kept is older than the reader must see
	impatient        // loaded: somebody else was doing that for too long
	away             // loaded: the cache does not answer
	corrupt          // what was kept makes no sense; one of the others follows
)

var results = [...]string{"hit", "negative", "miss", "stale", "impatient", "away", "corrupt"}

// metrics are those of one cache.
type metrics struct {
	reads  *prometheus.CounterVec
	counts [len(results)]prometheus.Counter
	loads  prometheus.Histogram
}

func newMetrics(cache string) *metrics {
	label := prometheus.Labels{"cache": cache}
	m := &metrics{
		reads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "lazy_reads_total", Help: "Values read through the cache, by how they were come by.", ConstLabels: label,
		}, []string{"result"}),
		loads: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "lazy_load_duration_seconds", Help: "Time of loading a value from the database into the cache.", ConstLabels: label,
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}),
	}
	for r, name := range results {
		m.counts[r] = m.reads.WithLabelValues(name)
	}
	return m
}

func (m *metrics) count(r result) { m.counts[r].Inc() }

// Describe implements prometheus.Collector.
func (m *metrics) Describe(descriptions chan<- *prometheus.Desc) {
	m.reads.Describe(descriptions)
	m.loads.Describe(descriptions)
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(found chan<- prometheus.Metric) {
	m.reads.Collect(found)
	m.loads.Collect(found)
}

// Metrics are the cache's, to be registered once.
func (c *Cache[V]) Metrics() prometheus.Collector { return c.metrics }
