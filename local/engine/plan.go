package engine

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Plan is what an update would change. Its order depends on names alone, so that two
// previews of the same change are the same text.
type Plan struct {
	Changes   []Change   `json:"changes"`
	Outputs   []Property `json:"outputs"`   // of the stack
	Unchanged int        `json:"unchanged"` // resources that stay as they are
	// Blocked are the URNs of resources that would be replaced or deleted, which the engine
	// refuses because of their option protect.
	Blocked []string `json:"blocked,omitempty"`
	// Cut says that the engine did not preview all that follows from a blocked resource.
	Cut bool `json:"cut,omitempty"`
}

// Change is what would become of one resource.
type Change struct {
	Operation  Operation  `json:"operation"`
	Order      Order      `json:"order,omitempty"` // of a replacement
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Component  []string   `json:"component"` // the components that it is in, outermost first, as "name (type)"
	URN        string     `json:"urn"`
	Properties []Property `json:"properties"`
	// Loses is what data is gone with the resource: "" if none is.
	Loses string `json:"loses,omitempty"`

	isComponent bool
}

// Operation is what would be done to a resource.
type Operation string

// The operations.
const (
	Create  Operation = "create"
	Update  Operation = "update"
	Replace Operation = "replace"
	Delete  Operation = "delete"
)

// Order says which of the two resources of a replacement there is at the same time.
type Order string

// The orders of a replacement.
const (
	CreateFirst Order = "create before delete"
	DeleteFirst Order = "delete before create"
)

// Empty says that nothing would change.
func (p *Plan) Empty() bool { return len(p.Changes) == 0 && len(p.Outputs) == 0 }

// Loses says whether data is gone after the update.
func (p *Plan) Loses() bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Loses != "" })
}

// planner makes a plan out of the events of a preview.
type planner struct {
	held    func(typ string, inputs map[string]any) string
	states  map[string]*apitype.StepEventStateMetadata // by URN, as they will be, or were
	steps   map[string][]apitype.StepEventMetadata     // by URN, as they come
	outputs []Property
	protections
}

func newPlanner(held func(string, map[string]any) string) *planner {
	return &planner{held: held, states: map[string]*apitype.StepEventStateMetadata{}, steps: map[string][]apitype.StepEventMetadata{}, outputs: []Property{}}
}

func (p *planner) see(event apitype.EngineEvent) {
	p.protections.see(event)
	switch {
	case event.ResourcePreEvent != nil:
		step := event.ResourcePreEvent.Metadata
		if isProvider(step.Type) || step.Type == stackType {
			return // nothing that is declared
		}
		p.states[step.URN] = cmp.Or(step.New, step.Old)
		p.steps[step.URN] = append(p.steps[step.URN], step)
	case event.ResOutputsEvent != nil:
		if step := event.ResOutputsEvent.Metadata; step.Type == stackType {
			p.outputs = outputChanges(step)
		}
	}
}

// outputChanges compares the outputs of a stack.
func outputChanges(stack apitype.StepEventMetadata) []Property {
	before, after := map[string]any{}, map[string]any{}
	if stack.Old != nil {
		before = stack.Old.Outputs
	}
	if stack.New != nil {
		after = stack.New.Outputs
	}
	return compare(before, after)
}

// plan returns what the steps so far come to.
func (p *planner) plan() *Plan {
	plan := &Plan{Changes: []Change{}, Outputs: p.outputs, Blocked: p.blocked(), Cut: p.cut}
	for urn, steps := range p.steps {
		if change, changed := p.change(urn, steps); changed {
			plan.Changes = append(plan.Changes, change)
		} else {
			plan.Unchanged++
		}
	}
	slices.SortFunc(plan.Changes, func(a, b Change) int {
		return cmp.Or(slices.Compare(a.group(), b.group()), -compareBool(a.isComponent, b.isComponent),
			cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.URN, b.URN))
	})
	return plan
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// group is the component under which people look for the change: a component stands
// above what is in it.
func (c Change) group() []string {
	if c.isComponent {
		return append(slices.Clone(c.Component), label(c.Name, c.Type))
	}
	return c.Component
}

// label is how a component is named.
func label(name, typ string) string { return name + " (" + typ + ")" }

// change sums up the steps of one resource, and says whether they change it.
func (p *planner) change(urn string, steps []apitype.StepEventMetadata) (Change, bool) {
	u := resource.URN(urn)
	c := Change{Type: string(u.Type()), Name: u.Name(), URN: urn, Component: p.components(p.states[urn].Parent), Properties: []Property{}}
	c.isComponent = !p.states[urn].Custom
	for _, step := range steps {
		c.take(step)
		if loses := p.loses(step); loses != "" {
			c.Loses = loses
		}
	}
	if old := steps[0].Old; old != nil && c.Loses == "" && c.Operation == Replace && p.refused[urn] && !old.RetainOnDelete {
		c.Loses = p.held(c.Type, old.Inputs) // the engine may not come to the step that deletes
	}
	if c.Operation == "" && len(c.Properties) > 0 {
		c.Operation = Update // of what the engine notes in its state alone
	}
	return c, c.Operation != ""
}

// take adds what one step does. Which half of a replacement comes first is its order.
func (c *Change) take(step apitype.StepEventMetadata) {
	switch step.Op {
	case apitype.OpCreate, apitype.OpImport:
		c.Operation = Create
	case apitype.OpUpdate:
		c.Operation = Update
	case apitype.OpDelete, apitype.OpReadDiscard:
		c.Operation = Delete
	case apitype.OpReplace, apitype.OpImportReplacement:
		c.Operation = Replace
	case apitype.OpCreateReplacement:
		c.Operation, c.Order = Replace, cmp.Or(c.Order, CreateFirst)
	case apitype.OpDeleteReplaced:
		c.Operation, c.Order = cmp.Or(c.Operation, Delete), cmp.Or(c.Order, DeleteFirst)
	case apitype.OpSame:
	default: // what reads changes nothing
		return
	}
	if len(c.Properties) == 0 {
		c.Properties = append(append(c.Properties, properties(step)...), guards(step)...)
	}
}

// loses says what data is gone with the resource that a step deletes for good.
func (p *planner) loses(step apitype.StepEventMetadata) string {
	deletes := step.Op == apitype.OpDelete || step.Op == apitype.OpDeleteReplaced
	if !deletes || step.Old == nil || step.Old.RetainOnDelete {
		return ""
	}
	return p.held(step.Type, step.Old.Inputs)
}

// components names the components from a resource up to the stack, outermost first.
func (p *planner) components(parent string) []string {
	names := []string{}
	for state := p.states[parent]; state != nil; state = p.states[state.Parent] {
		if !state.Custom {
			names = append(names, label(resource.URN(state.URN).Name(), state.Type))
		}
	}
	slices.Reverse(names)
	return names
}

// Title names the resource as people do, by a short type and its own name.
func (c Change) Title() string { return shortType(c.Type) + " " + c.Name }

// Count returns how many resources an operation would be done to.
func (p *Plan) Count(operation Operation) int {
	count := 0
	for _, change := range p.Changes {
		if change.Operation == operation {
			count++
		}
	}
	return count
}

// key is the property that a path begins with.
func key(path string) string {
	property, _, _ := strings.Cut(path, ".")
	property, _, _ = strings.Cut(property, "[")
	return property
}
