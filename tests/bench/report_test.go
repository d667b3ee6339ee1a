package bench

import (
	"fmt"
	"math"
	"slices"
	"strings"
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
	if !met {
		verdict = "short"
	}
	return fmt.Sprintf("| %s | %.2f | %s %.2f | %s |\n", t.what, t.reached, word, t.wanted, verdict)
}

// report renders the figures in Markdown.
func (f *figures) report() string {
	var text strings.Builder
	for _, operation := range operations {
		fmt.Fprintf(&text, "## %s\n\n| | connections | requests/s | over floor | over scs | over express | p50 / p99 ms | allocations |\n|---|---|---|---|---|---|---|---|\n", operation)
		for _, c := range contenders {
			for _, n := range connections {
				text.WriteString(f.row(kind{c.name, operation, n}))
			}
		}
		text.WriteString("\n")
	}
	text.WriteString("## Bytes with a cart of three lines\n\n| | add: request + answer | read: request + answer | in Redis |\n|---|---|---|---|\n")
	for _, c := range contenders {
		add, read := f.wire[kind{c.name, "add", 0}], f.wire[kind{c.name, "read", 0}]
		fmt.Fprintf(&text, "| %s | %d + %d | %d + %d | %s |\n", c.name, add[0], add[1], read[0], read[1], orDash(f.redis[c.name], "%.0f"))
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
	return fmt.Sprintf("| %s | %d | %.0f | %.2f | %.2f | %.2f | %.2f / %.2f | %s |\n", k.contender, k.connections, run.perSecond(),
		f.ratio(k, floor), f.ratio(k, scs), f.ratio(k, "express"), float64(run.P50)/1000, float64(run.P99)/1000, orDash(f.allocs[k], "%.0f"))
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

func (f *figures) targets() []target {
	var list []target
	for _, operation := range operations {
		k := kind{"elasticache", operation, 50}
		for _, over := range []struct {
			other  string
			wanted float64
		}{{floor, 0.85}, {scs, 2}, {renewedScs, 2}, {"express", 4}} {
			what := fmt.Sprintf("elasticache %s at 50 connections over %s", operation, over.other)
			list = append(list, target{what: what, reached: f.ratio(k, over.other), wanted: over.wanted})
		}
	}
	better := min(f.redis[scs], f.redis["express"])
	return append(list, target{what: "bytes of a cart in Redis over the better peer", reached: f.redis["elasticache"] / better, wanted: 0.5, atMost: true})
}

func orDash(value float64, format string) string {
	if value == 0 {
		return "–"
	}
	return fmt.Sprintf(format, value)
}
