package elb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"myclothes/local/cloud/cloudwatch"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/elb/connection"
)

// traffic counts what passes a load balancer, for its metrics. The zero value has counted
// nothing.
type traffic struct {
	active atomic.Int64 // connections that are open
	opened atomic.Int64
	bytes  atomic.Int64

	mu   sync.Mutex
	own  map[string]int // the load balancer's own answers, by the metrics that count them
	ways map[way]*wayCounts
}

// way is the way that a request takes.
type way struct {
	group *Targets
	zone  string
}

// wayCounts is what is counted of one way.
type wayCounts struct {
	requests int
	times    cloudwatch.Summary // of the targets' answers, in seconds
	counts   map[string]int     // by metric
}

// taken is what was counted in a period.
type taken struct {
	active, opened int
	bytes          int64
	own            map[string]int
	ways           map[way]*wayCounts
}

// take returns what has been counted since it was taken last.
func (t *traffic) take() taken {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := taken{int(t.active.Load()), int(t.opened.Swap(0)), t.bytes.Swap(0), t.own, t.ways}
	t.own, t.ways = nil, nil
	return all
}

// answered counts an answer of the load balancer's own, and under more names.
func (t *traffic) answered(status int, more ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.own == nil {
		t.own = map[string]int{}
	}
	for _, name := range more {
		t.own[name]++
	}
	if status >= 300 {
		t.own[fmt.Sprintf("HTTPCode_ELB_%dXX_Count", status/100)]++
	}
	switch status {
	case 500, 502, 503, 504:
		t.own[fmt.Sprintf("HTTPCode_ELB_%d_Count", status)]++
	}
}

// measured is the way of a request to its target, which is counted and timed.
type measured struct{ *forwarding }

// RoundTrip sends the request, and counts it if a target could be chosen: AWS counts no
// other.
func (m measured) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	response, err := m.forwarding.RoundTrip(r)
	if m.target != nil {
		m.listener.balancer.traffic.count(m.forwarding, response, err, time.Since(began))
	}
	return response, err
}

// count counts a request that a target answered or did not.
func (t *traffic) count(f *forwarding, response *http.Response, err error, took time.Duration) {
	moved := f.bound.target != f.target.id && f.group.stickiness() != nil
	f.group.countRequest()
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.wayOf(way{f.group, f.target.eni.Zone})
	w.requests++
	if moved {
		w.counts["NonStickyRequestCount"]++
	}
	switch {
	case err == nil:
		w.times.Add(took.Seconds())
		w.counts[codeOfTarget[response.StatusCode/100%10]]++
	case unconnected(err):
		w.counts["TargetConnectionErrorCount"]++
	}
}

// codeOfTarget names the metric of a target's answers, by the first digit of their status;
// AWS has none for others.
var codeOfTarget = [10]string{2: "HTTPCode_Target_2XX_Count", 3: "HTTPCode_Target_3XX_Count",
	4: "HTTPCode_Target_4XX_Count", 5: "HTTPCode_Target_5XX_Count"}

func (t *traffic) wayOf(key way) *wayCounts {
	if t.ways == nil {
		t.ways = map[way]*wayCounts{}
	}
	w := t.ways[key]
	if w == nil {
		w = &wayCounts{counts: map[string]int{}}
		t.ways[key] = w
	}
	return w
}

// unconnected says whether no connection to the target came about. Only that has a
// deadline: a target that does not answer is given up for other reasons.
func unconnected(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" || errors.Is(err, ec2.ErrRefused) || errors.Is(err, context.DeadlineExceeded)
}

func (g *Targets) countRequest() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.requests++
}

// listen counts the connections that a listener accepts, and their bytes.
func (t *traffic) listen(l net.Listener) net.Listener { return countedListener{l, t} }

type countedListener struct {
	net.Listener
	traffic *traffic
}

// Accept returns the next connection.
func (l countedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.traffic.opens(conn, &l.traffic.bytes), nil
}

// counted counts the connections to a target as its load balancer's. Their bytes do not
// count: they have been on their way from the client, or will be on their way back.
func (g *Targets) counted(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		g.mu.Lock()
		defer g.mu.Unlock()
		if balancers := g.balancers(); err == nil && len(balancers) > 0 {
			conn = balancers[0].traffic.opens(conn, new(atomic.Int64))
		}
		return conn, err
	}
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

func (t *traffic) opens(conn net.Conn, bytes *atomic.Int64) net.Conn {
	t.opened.Add(1)
	t.active.Add(1)
	return connection.Counted(conn, bytes, func() { t.active.Add(-1) })
}
