package drawing

import (
	"fmt"
	"slices"
	"strings"

	"myclothes/infra/guards"
)

// arrow is a connection that is permitted, or where an endpoint leads.
type arrow struct {
	from, to string // names of frames
	label    string // ports; nothing where an endpoint leads
	change   Change
}

// natName is what the frame of the NAT gateways is called: no flow names them.
const natName = "NAT gateways"

// arrows are the flows of a graph between its frames. Those from private subnets to
// addresses lead through the NAT gateways, if there are any, as their routes do.
func arrows(g guards.Graph, frames []frame) (all []arrow) {
	throughNAT := slices.ContainsFunc(frames, func(f frame) bool { return f.name == natName })
	for _, flow := range guards.Flows(g) {
		a := arrow{from: flow.From.String(), to: flow.To.String(), label: label(flow)}
		isPrivate := slices.ContainsFunc(frames, func(f frame) bool { return f.name == a.from && f.tier == private })
		if !throughNAT || !isPrivate || flow.To.Kind != guards.AddressPeer {
			all = append(all, a)
			continue
		}
		for _, part := range []arrow{{from: a.from, to: natName, label: a.label}, {from: natName, to: a.to, label: a.label}} {
			if !slices.Contains(all, part) {
				all = append(all, part)
			}
		}
	}
	return append(all, leads(frames)...)
}

func label(flow guards.Flow) string {
	if flow.Protocol == "tcp" {
		return flow.Ports.String()
	}
	return strings.TrimSpace(fmt.Sprint(flow.Protocol, " ", flow.Ports))
}

// leads are the arrows from endpoints to what is of their service.
func leads(frames []frame) (all []arrow) {
	for _, endpoint := range frames {
		for _, f := range frames {
			if endpoint.shape == plug && f.shape != plug && f.service == endpoint.service {
				all = append(all, arrow{from: endpoint.name, to: f.name})
			}
		}
	}
	return all
}

// strangers are the ends of arrows that are no part of the stack: addresses, and groups
// that nothing wears. They get a frame of their own, above all others.
func strangers(all []arrow, frames []frame) (outsiders []frame) {
	known := func(name string) func(frame) bool { return func(f frame) bool { return f.name == name } }
	for _, a := range all {
		for _, name := range []string{a.from, a.to} {
			if !slices.ContainsFunc(frames, known(name)) && !slices.ContainsFunc(outsiders, known(name)) {
				outsiders = append(outsiders, frame{name: name, title: name, shape: globe, tier: outside})
			}
		}
	}
	slices.SortFunc(outsiders, func(a, b frame) int { return strings.Compare(a.name, b.name) })
	return outsiders
}
