// Package bench measures the service against what bounds it and against what else might be picked: run it with
// make bench. The peers are small programs in folders of their own; all use one Redis, one machine and one load
// generator (wrk), in turn.
package bench

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	duration = flag.Duration("duration", time.Second, "of one run, in whole seconds")
	only     = flag.String("only", "", "names of contenders to measure, separated by semicolons; none: all")
	rounds   = flag.Int("rounds", 5, "runs of each kind; the median counts")

	operations  = []string{"add", "read"}
	connections = []int{1, 50, 500}
)

// kind is what one run measures.
type kind struct {
	contender, operation string
	connections          int
}

// figures are all that a benchmark measures.
type figures struct {
	runs   map[kind][]result
	allocs map[kind]float64 // per request
	wire   map[kind][2]int  // bytes of request and answer
	redis  map[string]float64
}

// median is the run in the middle.
func (f *figures) median(k kind) result {
	runs := slices.SortedFunc(slices.Values(f.runs[k]), func(a, b result) int {
		return cmp.Compare(a.perSecond(), b.perSecond())
	})
	return runs[len(runs)/2]
}

// BenchmarkCarts has all contenders serve at once and loads them in turn, so that two that are compared were measured
// a second apart: a machine that others share is faster at one minute than at the next.
func BenchmarkCarts(b *testing.B) {
	_, err := exec.LookPath("wrk")
	require.NoError(b, err, "wrk is missing: make bench installs it")
	s := newStage(b)
	f := &figures{runs: map[kind][]result{}, allocs: map[kind]float64{}, wire: map[kind][2]int{}, redis: map[string]float64{}}
	var all []*running
	for _, c := range contenders {
		if *only == "" || slices.Contains(strings.Split(*only, ";"), c.name) {
			r := c.start(b, s)
			f.weigh(b, s, r)
			all = append(all, r)
		}
	}
	for round := range *rounds {
		for _, operation := range operations {
			for _, n := range connections {
				for _, r := range all {
					f.measure(b, r, kind{r.name, operation, n})
				}
			}
		}
		fmt.Printf("round %d of %d is done\n", round+1, *rounds)
	}
	fmt.Print("\n", f.report())
	b.ReportMetric(0, "ns/op") // the figures are in the report
}

// weigh counts bytes, while each cart still has the lines it began with, and warms up.
func (f *figures) weigh(b *testing.B, s *stage, r *running) {
	if r.keys != "" {
		f.redis[r.name] = r.bytesInRedis(b, s)
	}
	for _, operation := range operations {
		out, in := r.wire(b, operation)
		f.wire[kind{r.name, operation, 0}] = [2]int{out, in}
		r.load(b, operation, 50, time.Second)
	}
}

func (f *figures) measure(b *testing.B, r *running, k kind) {
	before := r.mallocs(b)
	run := r.load(b, k.operation, k.connections, *duration)
	f.runs[k] = append(f.runs[k], run)
	if before >= 0 {
		f.allocs[k] = (r.mallocs(b) - before) / float64(run.Requests)
	}
}

func TestTheMedianIsTheRunInTheMiddle(t *testing.T) {
	t.Parallel()
	k := kind{"x", "add", 1}
	f := &figures{runs: map[kind][]result{k: {{Requests: 30, Micros: 1e6}, {Requests: 10, Micros: 1e6}, {Requests: 20, Micros: 1e6}}}}
	require.EqualValues(t, 20, f.median(k).Requests)
}

func TestResultsAreReadFromWhatWrkPrints(t *testing.T) {
	t.Parallel()
	r, err := parseResult([]byte("Running 1s test\n\nRESULT {\"requests\":100,\"micros\":500000,\"p50\":7,\"p99\":9,\"errors\":1}\n"))
	require.NoError(t, err)
	require.Equal(t, result{Requests: 100, Micros: 500000, P50: 7, P99: 9, Errors: 1}, r)
	require.InDelta(t, 200, r.perSecond(), 0)
	_, err = parseResult([]byte("wrk: cannot connect"))
	require.ErrorContains(t, err, "cannot connect")
}

func TestTheReportComparesWithTheFloorAndThePeers(t *testing.T) {
	t.Parallel()
	f := &figures{
		runs: map[kind][]result{}, allocs: map[kind]float64{}, wire: map[kind][2]int{},
		redis: map[string]float64{"elasticache": 100, scs: 400, "express": 300},
	}
	perSecond := map[string]int64{floor: 1000, "elasticache": 900, scs: 300, renewedScs: 300, "express": 300}
	for c := range maps.Keys(perSecond) {
		for _, operation := range operations {
			for _, n := range connections {
				f.runs[kind{c, operation, n}] = []result{{Requests: perSecond[c], Micros: 1e6, P50: 1000, P99: 2500}}
			}
		}
	}
	report := f.report()
	for _, line := range []string{
		"| elasticache | 50 | 900 | 0.90 | 3.00 | 3.00 | 1.00 / 2.50 | – |",
		"| elasticache add at 50 connections over floor | 0.90 | at least 0.85 | met |",
		"| elasticache read at 50 connections over express | 3.00 | at least 4.00 | short |",
		"| bytes of a cart in Redis over the better peer | 0.33 | at most 0.50 | met |",
	} {
		require.Contains(t, report, line)
	}
}
