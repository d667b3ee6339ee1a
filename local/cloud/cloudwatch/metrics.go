// Package cloudwatch is Amazon CloudWatch: metrics that the services publish, and alarms
// that look at them. A minute of AWS, the shortest period, lasts aws.MetricPeriod here;
// counts are of what happened in that time, and seconds are this machine's.
package cloudwatch

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
)

// keptPeriods is how long data is kept: three hours of AWS, or as long as an alarm looks
// back at it.
const keptPeriods = 3 * 60

// Dimension is a name and a value that tell metrics of one name apart.
type Dimension struct{ Name, Value string }

// Metric identifies a metric: every combination of dimensions is another one.
type Metric struct {
	Namespace  string // "AWS/ApplicationELB"
	Name       string // "RequestCount"
	Unit       string // "Count", "Percent"; whoever asks for any leaves it empty
	Dimensions []Dimension
}

// key is the same for the same dimensions in another order, and in any unit.
func (m Metric) key() string {
	dimensions := slices.Clone(m.Dimensions)
	slices.SortFunc(dimensions, func(a, b Dimension) int { return strings.Compare(a.Name, b.Name) })
	parts := []string{m.Namespace, m.Name}
	for _, d := range dimensions {
		parts = append(parts, d.Name, d.Value)
	}
	return strings.Join(parts, "\x00")
}

// Metrics keeps what has been published, by periods. A period lasts until it has been
// sampled: on a machine that is too busy one is longer, and none is without its samples.
type Metrics struct {
	minute  time.Duration // how long a minute of AWS takes here
	stop    chan struct{}
	stopped chan struct{}

	mu       sync.Mutex
	period   int64 // the number of the one that runs
	series   map[string]*series
	kept     map[string]int // for how many periods, by metric, if longer than others
	longest  int            // the most of these
	starts   []time.Time    // when the periods began, the one that runs last
	samplers []func()
	watchers []func()
}

// New returns metrics of a cloud in which nothing has happened. Close ends them.
func New(timings aws.Timings) *Metrics {
	m := &Metrics{
		minute: timings.Of(aws.MetricPeriod), series: map[string]*series{}, kept: map[string]int{}, longest: keptPeriods, starts: []time.Time{time.Now()},
		stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	go m.run()
	return m
}

// Close ends sampling. What has been published can still be asked for.
func (m *Metrics) Close() {
	close(m.stop)
	<-m.stopped
}

// Minute is how long a minute of AWS takes here: the shortest period of a metric.
func (m *Metrics) Minute() time.Duration { return m.minute }

// Every registers a function that runs at the end of every period and adds what it has
// measured. It must not wait: all others wait for it.
func (m *Metrics) Every(sample func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.samplers = append(m.samplers, sample)
}

// After registers a function that runs when a period is complete, to look at it. It must
// not wait either.
func (m *Metrics) After(look func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.watchers = append(m.watchers, look)
}

func (m *Metrics) run() {
	defer close(m.stopped)
	tick := time.NewTicker(m.minute)
	defer tick.Stop()
	for {
		select {
		case <-m.stop:
			return
		case <-tick.C:
			m.turn()
		}
	}
}

// turn ends a period.
func (m *Metrics) turn() {
	m.mu.Lock()
	samplers, watchers := m.samplers, m.watchers
	m.mu.Unlock()
	for _, sample := range samplers {
		sample()
	}
	m.next()
	for _, look := range watchers {
		look()
	}
}

// next begins a period, and forgets what is too old.
func (m *Metrics) next() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.period++
	m.starts = append(m.starts, time.Now())
	m.starts = m.starts[max(0, len(m.starts)-m.longest-1):]
	for key, s := range m.series {
		if s.forget(m.period - int64(max(keptPeriods, m.kept[key]))); len(s.points) == 0 {
			delete(m.series, key)
		}
	}
}

// keep has a metric's data kept for at least so many periods.
func (m *Metrics) keep(metric Metric, periods int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := metric.key()
	m.kept[key] = max(m.kept[key], periods)
	m.longest = max(m.longest, periods)
}

// Add publishes a sample in the period that runs.
func (m *Metrics) Add(metric Metric, value float64) {
	m.Merge(metric, Summary{Count: 1, Sum: value, Min: value, Max: value})
}

// Merge publishes all samples of a summary in the period that runs.
func (m *Metrics) Merge(metric Metric, samples Summary) {
	if samples.Count == 0 {
		return
	}
	key := metric.key()
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.series[key]
	if !ok {
		s = &series{Metric: metric}
		m.series[key] = s
	}
	s.merge(m.period, samples)
}

// List returns the metrics that have data, in the order of their names. An empty
// namespace or name stands for all; dimensions are those that a metric has at least, and
// one without a value has any.
func (m *Metrics) List(namespace, name string, dimensions ...Dimension) []Metric {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Metric
	for _, key := range slices.Sorted(maps.Keys(m.series)) {
		if s := m.series[key]; s.matches(namespace, name, dimensions) {
			found = append(found, s.Metric)
		}
	}
	return found
}
