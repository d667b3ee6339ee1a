package main

import (
	"fmt"
	"strings"
	"time"

	"myclothes/tests/shoppers"
)

// promise is what a fault may cost.
type promise struct {
	failures bool          // requests may fail
	losses   bool          // carts and sessions may be lost, and so go wrong; orders never
	within   time.Duration // no request takes longer; 0: as long as its patience
}

const kept = "kept"

// judge compares what the shoppers saw with the promise.
func (p promise) judge(r shoppers.Report) string {
	var broken []string
	for _, claim := range []struct {
		what     string
		violated bool
	}{
		{"failed", len(r.Errors) > 0 && !p.failures},
		{"lost", len(r.Lost) > 0 && !p.losses},
		{"doubled", len(r.Doubled) > 0 && !p.losses},
		{"an order", r.WrongOrders > 0},
		{"slow", p.within > 0 && r.Longest > p.within},
		{"nobody shopped", r.Carts == 0},
	} {
		if claim.violated {
			broken = append(broken, claim.what)
		}
	}
	if broken == nil {
		return kept
	}
	return "broken: " + strings.Join(broken, ", ")
}

const tableHead = "| fault | shoppers | requests | failed | lost | doubled | not judged | longest request | promise | again with |\n|---|---|---|---|---|---|---|---|---|---|\n"

// row is what the shoppers saw. Not judged are lines of carts of which a change failed: it may have been made.
func row(f fault, o options, r shoppers.Report, verdict string) string {
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %.2f s | %s | `%s` |\n", f.name, o.shoppers, r.Requests,
		len(r.Errors), len(r.Lost), len(r.Doubled), r.InDoubt, r.Longest.Seconds(), verdict, o.command(f))
}

// command is what rehearses the fault again.
func (o options) command(f fault) string {
	command := fmt.Sprintf("go run ./tests/faults -only %q", f.name)
	if o.shoppers != 200 || o.customers != 100 {
		command += fmt.Sprintf(" -shoppers %d -customers %d", o.shoppers, o.customers)
	}
	for _, setting := range o.config {
		command += " -config " + setting
	}
	return command
}
