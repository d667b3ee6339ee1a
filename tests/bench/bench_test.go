// Package bench measures the service against what bounds it and against what else might be picked: run it with
// make bench. The peers are small programs in folders of their own. All use one cache as it ships (TLS, a token, one
// replica), one machine and one load generator, in turn.
package bench

import (
	"cmp"
	"flag"
	"fmt"
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
	steady   = flag.Duration("steady", 10*time.Second, "of one run at a fixed rate; 0: none")
	profiled = flag.String("profile", "", "name of a contender whose CPU is profiled at 50 connections, into .local/profiles; its figures are lower meanwhile")

	operations  = []string{"add", "read"}
	connections = []int{1, 50, 500}
)

// usual is how many connections most targets are about.
const usual = 50

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
	steady []steadyRun
	busy   string // how busy others kept the machine before; empty where the system does not say
}

func newFigures() *figures {
	return &figures{runs: map[kind][]result{}, allocs: map[kind]float64{}, wire: map[kind][2]int{}, redis: map[string]float64{}}
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
	f := newFigures()
	f.busy = busy()
	s := newStage(b)
	var all []*running
	for _, c := range contenders {
		if *only == "" || slices.Contains(strings.Split(*only, ";"), c.name) {
			r := c.start(b, s)
			f.weigh(b, s, r)
			all = append(all, r)
		}
	}
	for round := range *rounds {
		f.measureAll(b, s, all)
		fmt.Printf("round %d of %d is done\n", round+1, *rounds)
	}
	if *steady > 0 {
		f.measureSteady(b, all)
	}
	fmt.Print("\n", f.report())
	b.ReportMetric(0, "ns/op") // the figures are in the report
}

// weigh counts bytes, while each cart still has the lines it began with, and warms up.
func (f *figures) weigh(b *testing.B, s *stage, r *running) {
	if r.keys != "" {
		f.redis[r.name] = r.bytesInRedis(b, s)
	}
	for _, operation := range r.operations() {
		out, in := r.wire(b, operation)
		f.wire[kind{r.name, operation, 0}] = [2]int{out, in}
		r.load(b, operation, usual, time.Second)
	}
}

func (f *figures) measureAll(b *testing.B, s *stage, all []*running) {
	for _, operation := range operations {
		for _, n := range connections {
			for _, r := range all {
				if slices.Contains(r.operations(), operation) {
					f.measure(b, s, r, kind{r.name, operation, n})
				}
			}
		}
	}
}

func (f *figures) measure(b *testing.B, s *stage, r *running, k kind) {
	if r.name == *profiled && k.connections == usual {
		defer r.profile(b, fmt.Sprintf("%s-%d", k.operation, len(f.runs[k])+1))()
	}
	mallocs, service, redis := r.mallocs(b), cpuOf(r.pid), cpuOf(s.redis.PID())
	run := r.load(b, k.operation, k.connections, *duration)
	run.ServiceCPU, run.RedisCPU = since(service, r.pid), since(redis, s.redis.PID())
	f.runs[k] = append(f.runs[k], run)
	if mallocs >= 0 {
		f.allocs[k] = (r.mallocs(b) - mallocs) / float64(run.Requests)
	}
}
