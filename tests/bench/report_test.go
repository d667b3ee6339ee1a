package bench

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"
)

// target is what the service is to reach.
type target struct {
	what    string
	reached float64
	wanted  float64
	atMost  bool
}

func (t target) String() string {
	word, met := "at least", t.reached >= t.wanted
	if t.atMost {
		word, met = "at most", t.reached <= t.wanted
	}
	verdict := "met"
	switch {
	case math.IsNaN(t.reached):
		verdict = "not measured"
	case !met:
		verdict = "short"
	}
	return fmt.Sprintf("| %s | %.2f | %s %.2f | %s |\n", t.what, t.reached, word, t.wanted, verdict)
}

// report renders the figures in Markdown.
func (f *figures) report() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d processors%s\n\n", runtime.NumCPU(), f.busy)
	for _, operation := range operations {
		fmt.Fprintf(&text, "## %s\n\n| | connections | requests/s | over floor | over scs, renewed | over express | p50 / p99 ms | µs of processor per request: service / Redis | allocations |\n"+
			"|---|---|---|---|---|---|---|---|---|\n", operation)
		for _, c := range contenders {
			for _, n := range connections {
				text.WriteString(f.row(kind{c.name, operation, n}))
			}
		}
		text.WriteString("\n")
	}
	f.writeSteady(&text)
	text.WriteString("## Bytes with a cart of three lines\n\n| | add: request + answer | read: request + answer | in Redis |\n|---|---|---|---|\n")
	for _, c := range contenders {
		add, read := f.wire[kind{c.name, "add", 0}], f.wire[kind{c.name, "read", 0}]
		fmt.Fprintf(&text, "| %s | %s | %s | %s |\n", c.name, onTheWire(add), onTheWire(read), orDash(f.redis[c.name], "%.0f"))
	}
	text.WriteString("\n## Targets\n\n| | reached | wanted | |\n|---|---|---|---|\n")
	for _, t := range f.targets() {
		text.WriteString(t.String())
	}
	return text.String()
}

func (f *figures) row(k kind) string {
	if len(f.runs[k]) == 0 {
		return ""
	}
	run := f.median(k)
	return fmt.Sprintf("| %s | %d | %.0f | %.2f | %.2f | %.2f | %.2f / %.2f | %s / %s | %s |\n", k.contender, k.connections, run.perSecond(),
		f.ratio(k, floor), f.ratio(k, renewedScs), f.ratio(k, express), float64(run.P50)/1000, float64(run.P99)/1000,
		run.perRequest(run.ServiceCPU), run.perRequest(run.RedisCPU), orDash(f.allocs[k], "%.0f"))
}

// perRequest is processor time per request, in microseconds.
func (r result) perRequest(cpu time.Duration) string {
	return orDash(float64(cpu.Microseconds())/float64(r.Requests), "%.0f")
}

func (f *figures) writeSteady(text *strings.Builder) {
	if len(f.steady) == 0 {
		return
	}
	text.WriteString("## At a fixed rate: milliseconds from when a request was to be sent\n\n" +
		"| | | rate/s | reached/s | failed | p50 | p99 | p99.9 | longest | the generator sent late, p99 |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for _, run := range f.steady {
		run.write(text)
	}
	text.WriteString("\n")
}

// ratio is the throughput over another contender's of the same round: the middle one. NaN if one was not measured.
func (f *figures) ratio(k kind, other string) float64 {
	yardstick := f.runs[kind{other, k.operation, k.connections}]
	if len(f.runs[k]) == 0 || len(yardstick) == 0 {
		return math.NaN()
	}
	var ratios []float64
	for round, run := range f.runs[k] {
		ratios = append(ratios, run.perSecond()/yardstick[round].perSecond())
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

// targets compares with what is wanted on the path that ships.
func (f *figures) targets() []target {
	var list []target
	for _, t := range []struct {
		contender, operation string
		connections          int
		other                string
		wanted               float64
	}{
		{ours, "add", usual, floor, 0.80}, {ours, "read", usual, floor, 0.85},
		{acknowledged, "add", usual, ours, 0.75},
		{ours, "add", usual, renewedScs, 2}, {ours, "read", usual, renewedScs, 2},
		{ours, "add", usual, express, 5}, {ours, "read", usual, express, 5},
		{ours, "add", 1, floor, 0.70}, {ours, "read", 1, floor, 0.70},
	} {
		plural := "s"
		if t.connections == 1 {
			plural = ""
		}
		what := fmt.Sprintf("%s, %s at %d connection%s, over %s", t.contender, t.operation, t.connections, plural, t.other)
		list = append(list, target{what: what, reached: f.ratio(kind{t.contender, t.operation, t.connections}, t.other), wanted: t.wanted})
	}
	better := min(f.redis[scs], f.redis[express])
	return append(list, target{what: "bytes of a cart in Redis over the better peer", reached: f.redis[ours] / better, wanted: 0.5, atMost: true})
}

func onTheWire(bytes [2]int) string {
	if bytes[0] == 0 {
		return "–"
	}
	return fmt.Sprintf("%d + %d", bytes[0], bytes[1])
}

func orDash(value float64, format string) string {
	if value == 0 {
		return "–"
	}
	return fmt.Sprintf(format, value)
}
