package postgres

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/shop"
)

const (
	lagTimeout = 500 * time.Millisecond // a node that does not tell its position by then has no lag to show
	lagFresh   = time.Second            // however often somebody looks, the nodes are asked once in this time
)

// Reasons why a read went to the writer.
const (
	noReplica     = "no_replica" // there is none, or all are left out
	replicaBehind = "behind"     // it has not replayed what the reader must see
	replicaBusy   = "busy"       // all connections to it were in use
	replicaFailed = "failed"
)

// metrics are about the database as seen from this instance.
type metrics struct {
	db           *DB
	reads        *prometheus.CounterVec
	replicaReads prometheus.Counter
	writerReads  map[string]prometheus.Counter // by reason

	mu    sync.Mutex
	lags  []prometheus.Metric
	asked time.Time
}

var (
	lagBytes = prometheus.NewDesc("database_replica_lag_bytes",
		"Bytes of the writer's log that the read replica has not replayed yet.", []string{"replica"}, nil)
	lagSeconds = prometheus.NewDesc("database_replica_lag_seconds",
		"Age of the last transaction that the read replica has replayed; 0 when nothing is left to replay.", []string{"replica"}, nil)
	replicaOut = prometheus.NewDesc("database_replica_left_out",
		"1 while the read replica is left out because it does not answer.", []string{"replica"}, nil)
	connections = prometheus.NewDesc("database_connections",
		"Open connections to the node, by state.", []string{"node", "state"}, nil)
)

// Metrics are the database's, to be registered once: where reads went, how far each replica is behind,
// and the connections. Replicas are named by their address.
func (db *DB) Metrics() prometheus.Collector { return db.metrics }

func newMetrics(db *DB) *metrics {
	m := &metrics{db: db, writerReads: map[string]prometheus.Counter{}}
	m.reads = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "database_reads_total",
		Help: "Reads, by the kind of node that was asked, and why it was the writer.",
	}, []string{"node", "reason"})
	m.replicaReads = m.reads.WithLabelValues("replica", "")
	for _, reason := range []string{noReplica, replicaBehind, replicaBusy, replicaFailed} {
		m.writerReads[reason] = m.reads.WithLabelValues("writer", reason)
	}
	return m
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(descriptions chan<- *prometheus.Desc) {
	m.reads.Describe(descriptions)
	for _, description := range []*prometheus.Desc{lagBytes, lagSeconds, replicaOut, connections} {
		descriptions <- description
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(found chan<- prometheus.Metric) {
	m.reads.Collect(found)
	collectConnections(found, "writer", m.db.writer)
	for _, reader := range m.db.readers {
		collectConnections(found, reader.address, reader)
		out := 0.
		if reader.out.Load() {
			out = 1
		}
		found <- gauge(replicaOut, out, reader.address)
	}
	for _, lag := range m.lag() {
		found <- lag
	}
}

func collectConnections(found chan<- prometheus.Metric, name string, n *node) {
	stat := n.pool.Stat()
	found <- gauge(connections, float64(stat.AcquiredConns()), name, "in_use")
	found <- gauge(connections, float64(stat.IdleConns()), name, "idle")
}

func gauge(description *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(description, prometheus.GaugeValue, value, labels...)
}

// lag asks the writer first, so that what is written in between does not count.
func (m *metrics) lag() []prometheus.Metric {
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Since(m.asked) < lagFresh {
		return m.lags
	}
	m.lags = nil
	defer func() { m.asked = time.Now() }()
	ctx, cancel := context.WithTimeout(m.db.closing, lagTimeout)
	defer cancel()
	if len(m.db.readers) == 0 {
		return nil
	}
	written, err := m.db.Position(ctx)
	if err != nil {
		return nil
	}
	var asking sync.WaitGroup
	lags := make([][]prometheus.Metric, len(m.db.readers))
	for i, reader := range m.db.readers {
		asking.Go(func() { lags[i] = reader.lag(ctx, written) })
	}
	asking.Wait()
	for _, lag := range lags {
		m.lags = append(m.lags, lag...)
	}
	return m.lags
}

// lag is nothing if the replica does not answer.
func (n *node) lag(ctx context.Context, written shop.Position) []prometheus.Metric {
	const sql = `select coalesce(pg_last_wal_replay_lsn() - '0/0', 0)::bigint,
		coalesce(extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()), 0)::float8`
	var replayed shop.Position
	var age float64
	err := n.do(ctx, func(ctx context.Context, q querier) error { return q.QueryRow(ctx, sql).Scan(&replayed, &age) })
	if err != nil {
		return nil
	}
	behind := max(written-replayed, 0)
	if behind == 0 {
		age = 0
	}
	return []prometheus.Metric{gauge(lagBytes, float64(behind), n.address), gauge(lagSeconds, max(age, 0), n.address)}
}
