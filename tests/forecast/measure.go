package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"myclothes/infra/guards"
	"myclothes/infra/guards/cost"
	"myclothes/local/boot"
	"myclothes/local/control"
	"myclothes/local/forecast"
	"myclothes/local/provider"
)

// snapshot is what there is at one moment, by the state of the engine, which has what was
// made and not what was planned, and by the cloud.
type snapshot struct {
	graph     guards.Graph
	holders   map[string]string // what holds data, by URN: its id
	instances []string          // ids
}

func (s *stage) snapshot(ctx context.Context, c *control.Cloud) (now snapshot, err error) {
	state, err := s.resources()
	if err != nil {
		return now, err
	}
	report, err := c.Report(ctx)
	if err != nil {
		return now, err
	}
	var resources []*guards.Resource
	now.holders = map[string]string{}
	for _, values := range state {
		r := guards.New(values)
		resources = append(resources, r)
		if replaced, _ := values["delete"].(bool); replaced {
			continue // after an update that failed it waits to be deleted, and still is there
		}
		if provider.Held(r.Type, r.Inputs) != "" && !r.RetainOnDelete {
			now.holders[r.URN] = r.ID
		}
	}
	now.graph = guards.NewGraph(resources...)
	for _, component := range report.Components {
		if component.Kind == boot.CartInstance.Kind {
			now.instances = append(now.instances, component.ID)
		}
	}
	return now, nil
}

// measured is what came of a change, question by question.
type measured struct {
	Refused   string        // why it was not carried out, or not to its end
	Lost      []string      // what held data and is gone
	Outage    time.Duration // for how long requests failed, on this machine
	Whose     []string      // carts or sessions are lost
	Opened    []string      // flows
	Closed    []string
	Permitted []string // what policies say now and did not, and the reverse
	Rolled    bool
	Costs     bool    // other than before
	Delta     float64 // USD a month
	Failures  []string
}

// compare says what a change did, by what was there before and after it and by what people
// saw meanwhile.
func compare(before, after snapshot, people seen) (m measured) {
	m.Outage, m.Failures = people.outage, people.failures
	for _, urn := range slices.Sorted(maps.Keys(before.holders)) {
		if after.holders[urn] != before.holders[urn] {
			r := find(before.graph, urn)
			m.Lost = append(m.Lost, r.String())
		}
	}
	if people.customers.WrongOrders > 0 {
		m.Lost = append(m.Lost, fmt.Sprintf("%d orders", people.customers.WrongOrders))
	}
	if len(people.guests.Lost) > 0 {
		m.Whose = append(m.Whose, forecast.Guests)
	}
	if len(people.customers.Lost) > 0 {
		m.Whose = append(m.Whose, forecast.Customers)
	}
	was, is := reaches(before.graph), reaches(after.graph)
	m.Opened, m.Closed = without(is, was), without(was, is)
	may, might := permissions(after.graph), permissions(before.graph)
	m.Permitted = append(signed("+", without(may, might)), signed("−", without(might, may))...)
	m.Rolled = len(before.instances) > 0 && len(without(before.instances, after.instances)) == len(before.instances)
	c := cost.Compare(cost.Of(before.graph, nil), cost.Of(after.graph, nil))
	m.Delta, m.Costs = c.Delta(), len(c.Changed()) > 0
	return m
}

func find(g guards.Graph, urn string) *guards.Resource {
	return g[slices.IndexFunc(g, func(r *guards.Resource) bool { return r.URN == urn })]
}

// reaches lists who reaches whom through the security groups that were made, port by port:
// the local cloud lets nobody else through.
func reaches(g guards.Graph) (all []string) {
	for _, flow := range guards.Flows(g) {
		for _, one := range flow.PortByPort() {
			all = append(all, one.String())
		}
	}
	return all
}

// permissions lists what the policies of roles say, statement by statement, with the names
// of resources in place of what AWS calls them, which changes when they are replaced.
func permissions(g guards.Graph) (all []string) {
	var names []string
	for _, r := range g {
		if arn, ok := r.Output("arn").(string); ok && arn != "" {
			names = append(names, arn, r.Name)
		}
	}
	replacer := strings.NewReplacer(names...)
	for _, r := range g.Of(guards.RolePolicy) {
		var policy struct{ Statement []json.RawMessage }
		text, _ := r.Input("policy").(string)
		if err := json.Unmarshal([]byte(text), &policy); err != nil {
			all = append(all, r.Name+": "+text)
		}
		for _, statement := range policy.Statement {
			all = append(all, r.Name+": "+replacer.Replace(string(statement)))
		}
	}
	return all
}

// without returns the elements of one list that another does not have.
func without(all, others []string) (rest []string) {
	for _, element := range all {
		if !slices.Contains(others, element) {
			rest = append(rest, element)
		}
	}
	return rest
}
