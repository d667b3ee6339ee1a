package drawing

import (
	"fmt"
	"slices"
	"strings"

	"myclothes/infra/guards"
)

// Change says how an arrow differs from another declaration's.
type Change string

// How arrows differ.
const (
	Same    Change = ""
	Added   Change = "added"
	Removed Change = "removed"
)

// arrow is a connection that is permitted.
type arrow struct {
	from, to string // names of frames
	label    string
	change   Change
}

// arrows are the flows of a graph, and those that only the other one has.
func arrows(g, against guards.Graph) (all []arrow) {
	known := map[string]bool{}
	for _, flow := range guards.Flows(g) {
		known[flow.String()] = true
		all = append(all, arrowOf(flow, Same))
	}
	if against == nil {
		return all
	}
	before := map[string]bool{}
	for _, flow := range guards.Flows(against) {
		before[flow.String()] = true
		if !known[flow.String()] {
			all = append(all, arrowOf(flow, Removed))
		}
	}
	for i, flow := range guards.Flows(g) {
		if !before[flow.String()] {
			all[i].change = Added
		}
	}
	return all
}

func arrowOf(flow guards.Flow, change Change) arrow {
	label := fmt.Sprint(flow.Ports)
	if flow.Protocol != "tcp" {
		label = strings.TrimSpace(flow.Protocol + " " + label)
	}
	return arrow{flow.From.String(), flow.To.String(), label, change}
}

// strangers are the ends of arrows that are no part of the stack: addresses, and groups
// that nothing wears. They get a frame of their own, above all others.
func strangers(all []arrow, frames []frame) (names []string) {
	for _, a := range all {
		for _, name := range []string{a.from, a.to} {
			inside := slices.ContainsFunc(frames, func(f frame) bool { return f.name == name })
			if !inside && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
