package shoppers

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Report is what the shoppers saw.
type Report struct {
	Requests          int
	Errors            []string       // failed requests: transport errors and statuses of 400 and more
	Carts             int            // checked, one per shopper, at the end
	Orders            int            // found, at the end
	Lost              []string       // what was acknowledged and is not there, a line each
	Doubled           []string       // what is there more often than asked for, a line each
	WrongOrders       int            // of these lines: those about whole orders
	InDoubt           int            // lines of carts that are not judged, because a change of them failed: it may have been made
	Instances         map[string]int // requests by instance
	P50, P99, Longest time.Duration  // of one request
	latencies         []time.Duration
}

// Wrong says whether anything failed, was lost or doubled.
func (r Report) Wrong() bool { return len(r.Errors)+len(r.Lost)+len(r.Doubled) > 0 }

func sum(shoppers []*shopper) Report {
	total := Report{Instances: map[string]int{}}
	for _, s := range shoppers {
		r := s.report
		total.Requests += r.Requests
		total.Carts += r.Carts
		total.Orders += r.Orders
		total.WrongOrders += r.WrongOrders
		total.InDoubt += r.InDoubt
		total.Errors = append(total.Errors, r.Errors...)
		total.Lost = append(total.Lost, r.Lost...)
		total.Doubled = append(total.Doubled, r.Doubled...)
		total.latencies = append(total.latencies, r.latencies...)
		for instance, requests := range r.Instances {
			total.Instances[instance] += requests
		}
	}
	slices.Sort(total.latencies)
	if n := len(total.latencies); n > 0 {
		total.P50, total.P99, total.Longest = total.latencies[n/2], total.latencies[n*99/100], total.latencies[n-1]
	}
	return total
}

// String renders the report for people.
func (r Report) String() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "requests   %d (p50 %v, p99 %v, longest %v)\n", r.Requests,
		r.P50.Round(time.Microsecond), r.P99.Round(time.Microsecond), r.Longest.Round(time.Millisecond))
	fmt.Fprintf(&b, "failed     %d\n", len(r.Errors))
	fmt.Fprintf(&b, "checked    %d carts, %d orders", r.Carts, r.Orders)
	if r.InDoubt > 0 {
		fmt.Fprintf(&b, " (%d lines not judged: a change of them failed)", r.InDoubt)
	}
	fmt.Fprintf(&b, "\nlost       %d\ndoubled    %d\n", len(r.Lost), len(r.Doubled))
	for _, instance := range slices.Sorted(maps.Keys(r.Instances)) {
		fmt.Fprintf(&b, "  %-22s %d requests\n", instance, r.Instances[instance])
	}
	for _, problem := range r.Problems(5) {
		fmt.Fprintln(&b, "  "+problem)
	}
	return b.String()
}

// Problems quotes what was wrong, up to so many of each kind.
func (r Report) Problems(most int) (quoted []string) {
	for _, kind := range []struct {
		name  string
		lines []string
	}{{"failed", r.Errors}, {"lost", r.Lost}, {"doubled", r.Doubled}} {
		for _, line := range kind.lines[:min(most, len(kind.lines))] {
			quoted = append(quoted, kind.name+": "+line)
		}
	}
	return quoted
}
