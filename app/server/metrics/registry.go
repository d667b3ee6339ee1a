// Package metrics is what the service tells Prometheus about itself: requests, operations on the store of carts, and what
// was sold.
package metrics

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// buckets are the upper bounds of durations in metrics, in seconds.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}

// New returns the registry of a service whose carts are in the store, with the metrics of its parts, and where requests
// are measured: by route pattern and status, in seconds.
func New(store string, parts []prometheus.Collector) (*prometheus.Registry, *prometheus.HistogramVec) {
	registry := prometheus.NewRegistry()
	requests := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:        "http_request_duration_seconds",
		Help:        "Time to answer, by route pattern and status.",
		Buckets:     buckets,
		ConstLabels: prometheus.Labels{"store": store},
	}, []string{"route", "code"})
	registry.MustRegister(requests, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(parts...)
	return registry, requests
}

// BuildInfo says which release this is.
func BuildInfo(release, store string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "cart_build_info", Help: "1, with what runs here.",
		ConstLabels: prometheus.Labels{"release": release, "store": store, "goversion": runtime.Version()},
	})
	info.Set(1)
	return info
}
