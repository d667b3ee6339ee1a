package bench

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

const (
	// moderate is the rate, in requests per second, at which all contenders are compared.
	moderate = 1000

	// crowd is how many requests may be under way, at most. What is due beyond that is sent late, which counts as latency.
	crowd = 500
)

// steadyRun is one run at a fixed rate, whatever the answers take: wrk sends the next request when it has an answer, and
// so hides how many would have waited while one was late. Latency counts from when the request was to be sent.
type steadyRun struct {
	kind
	rate            int // requests per second
	failed          int
	reached         float64
	p50, p99, p999  time.Duration
	longest, behind time.Duration // behind: the generator itself sent 99 % no later than that
}

// measureSteady loads those that are compared at a moderate rate and at half of what each can do.
func (f *figures) measureSteady(b *testing.B, all []*running) {
	for _, operation := range operations {
		for _, r := range all {
			if !r.steady || !slices.Contains(r.operations(), operation) {
				continue
			}
			k := kind{r.name, operation, usual}
			for _, rate := range []int{moderate, int(f.median(k).perSecond() / 2)} {
				f.steady = append(f.steady, r.atRate(b, k, rate, *steady))
				fmt.Printf("%s %s at %d/s is done\n", r.name, operation, rate)
			}
		}
	}
}

func (r *running) atRate(tb testing.TB, k kind, rate int, duration time.Duration, options ...func(*vegeta.Attacker)) steadyRun {
	tb.Helper()
	p := pacer{interval: time.Second / time.Duration(rate), hits: uint64(duration.Seconds() * float64(rate))}
	transport := &http.Transport{MaxIdleConnsPerHost: crowd}
	defer transport.CloseIdleConnections()
	client := vegeta.Client(&http.Client{Transport: transport, Timeout: 10 * time.Second})
	attacker := vegeta.NewAttacker(append([]func(*vegeta.Attacker){client, vegeta.Workers(usual), vegeta.MaxWorkers(crowd)}, options...)...)
	targets := vegeta.NewStaticTargeter(r.targets(k.operation)...)
	began := time.Now()
	var waits, lags []time.Duration
	failed := 0
	for hit := range attacker.Attack(targets, p, 0, "") {
		if hit.Error != "" {
			failed++
		}
		lag := hit.Timestamp.Sub(p.due(began, hit.Seq))
		waits, lags = append(waits, lag+hit.Latency), append(lags, lag)
	}
	elapsed := time.Since(began)
	require.NoError(tb, os.Truncate(r.log, 0))
	slices.Sort(waits)
	slices.Sort(lags)
	return steadyRun{
		kind: k, rate: rate, failed: failed, reached: float64(len(waits)) / elapsed.Seconds(),
		p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), p999: quantile(waits, 0.999),
		longest: waits[len(waits)-1], behind: quantile(lags, 0.99),
	}
}

// targets are the requests of load.lua.
func (r *running) targets(operation string) (list []vegeta.Target) {
	for round := range len(skus) {
		for _, cookie := range r.cookies {
			t := vegeta.Target{Method: http.MethodGet, URL: r.url + "/api/cart", Header: http.Header{"Cookie": {cookie}}}
			if operation == "add" {
				t.Method, t.URL = http.MethodPost, r.url+"/api/cart/items"
				t.Header.Set("Content-Type", "application/json")
				t.Body = []byte(`{"sku":"` + skus[round] + `","quantity":1}`)
			}
			list = append(list, t)
		}
	}
	return list
}

// quantile is the duration that a share of the sorted ones do not exceed.
func quantile(sorted []time.Duration, share float64) time.Duration {
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

// pacer says when each request is due: the n-th, counted from 0, n intervals after the beginning.
type pacer struct {
	interval time.Duration
	hits     uint64
}

// due is when the n-th request was to be sent.
func (p pacer) due(began time.Time, n uint64) time.Time {
	return began.Add(time.Duration(n) * p.interval)
}

// Pace implements vegeta.Pacer.
func (p pacer) Pace(elapsed time.Duration, hits uint64) (wait time.Duration, stop bool) {
	return max(0, time.Duration(hits)*p.interval-elapsed), hits >= p.hits
}

// Rate implements vegeta.Pacer.
func (p pacer) Rate(time.Duration) float64 { return float64(time.Second) / float64(p.interval) }

func (run steadyRun) write(out io.Writer) {
	fmt.Fprintf(out, "| %s | %s | %d | %.0f | %d | %s | %s | %s | %s | %s |\n", run.contender, run.operation, run.rate, run.reached, run.failed,
		millis(run.p50), millis(run.p99), millis(run.p999), millis(run.longest), millis(run.behind))
}

func millis(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()*1000) }
