package guards

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"myclothes/infra/guards/plain"
)

// Graph is what one evaluation of a declaration registered, sorted by type and name.
type Graph []*Resource

// Resource is one registered resource.
type Resource struct {
	Type      string // the whole token: "aws:rds/instance:Instance"
	Name      string // logical name
	URN       string
	Parent    string // URN
	ID        string // empty until the resource exists
	Component bool   // groups other resources, and is none of AWS

	Inputs  plain.Properties // as declared
	Outputs plain.Properties // as far as they are known

	Protect             bool // Pulumi refuses to delete it
	RetainOnDelete      bool // Pulumi forgets it and leaves it where it is
	DeleteBeforeReplace bool
	Aliases             []string // former URNs

	Dependencies         []string            // URNs of what must exist before it
	PropertyDependencies map[string][]string // URNs of what each input was computed from
}

// New returns a resource out of plain values, with the names and in the form that
// resources have in a stack's state (apitype.ResourceV3). An engine's events have most of
// them (apitype.StepEventStateMetadata); they name no dependencies.
func New(values map[string]any) *Resource {
	word := func(name string) string { value, _ := values[name].(string); return value }
	truth := func(name string) bool { value, _ := values[name].(bool); return value }
	object := func(name string) map[string]any { value, _ := values[name].(map[string]any); return value }
	r := &Resource{
		Type: word("type"), URN: word("urn"), Parent: word("parent"), ID: word("id"), Component: !truth("custom"),
		Inputs: plain.ReadAll(object("inputs")), Outputs: plain.ReadAll(object("outputs")),
		Protect: truth("protect"), RetainOnDelete: truth("retainOnDelete"), DeleteBeforeReplace: truth("deleteBeforeReplace"),
		Aliases: plain.Strings(values["aliases"]), Dependencies: plain.Strings(values["dependencies"]),
		PropertyDependencies: map[string][]string{},
	}
	r.Name = r.URN[strings.LastIndex(r.URN, "::")+len("::"):]
	for input, urns := range object("propertyDependencies") {
		r.PropertyDependencies[input] = plain.Strings(urns)
	}
	return r
}

// NewGraph sorts resources.
func NewGraph(resources ...*Resource) Graph {
	return slices.SortedFunc(slices.Values(resources), func(a, b *Resource) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
}

// String names the resource to people.
func (r *Resource) String() string { return r.Type + " " + r.Name }

// Input returns an input by its path of names and indices, without secret marks: nil when
// it is not declared, Unknown when only an update will tell.
func (r *Resource) Input(path ...any) any { return plain.At(r.Inputs, path...) }

// Output returns an output by its path, like Input.
func (r *Resource) Output(path ...any) any { return plain.At(r.Outputs, path...) }

// Confidential says whether the whole input, or a part of it, is marked as a secret.
func (r *Resource) Confidential(input string) bool { return plain.Marked(r.Inputs[input]) }

// project and stack are in the URN: urn:pulumi:stack::project::type::name.
func (r *Resource) project() string { return r.urnPart(1) }
func (r *Resource) stack() string   { return strings.TrimPrefix(r.urnPart(0), "urn:pulumi:") }

func (r *Resource) urnPart(index int) string {
	if parts := strings.Split(r.URN, "::"); index < len(parts) {
		return parts[index]
	}
	return ""
}

// Of returns the resources of the given types, by their whole tokens.
func (g Graph) Of(types ...string) Graph {
	return g.where(func(r *Resource) bool { return slices.Contains(types, r.Type) })
}

func (g Graph) where(keep func(*Resource) bool) (kept Graph) {
	for _, r := range g {
		if keep(r) {
			kept = append(kept, r)
		}
	}
	return kept
}

// Named returns the resource of a type with that logical name, nil if there is none.
func (g Graph) Named(typ, name string) *Resource {
	for _, r := range g {
		if r.Type == typ && r.Name == name {
			return r
		}
	}
	return nil
}

// identities are the outputs by which resources name each other.
var identities = []string{"arn", "name", "identifier", "bucket", "prefixListId"}

// Referenced returns the resources of a type that an input, or a part of it, names: by
// their id, ARN or name, or, where that is not known yet, by what it is computed from.
func (g Graph) Referenced(r *Resource, typ string, path ...any) (named Graph) {
	value := r.Input(path...)
	for _, candidate := range g.Of(typ) {
		if slices.ContainsFunc(plain.Strings(value), candidate.isCalled) {
			named = append(named, candidate)
		}
	}
	input, _ := path[0].(string)
	if plain.IsUnknown(value) || slices.ContainsFunc(plain.List(value), plain.IsUnknown) {
		named = append(named, g.Of(typ).where(func(c *Resource) bool { return slices.Contains(r.PropertyDependencies[input], c.URN) })...)
	}
	return named
}

func (r *Resource) isCalled(name string) bool {
	if name == "" {
		return false
	}
	return r.ID == name || slices.ContainsFunc(identities, func(output string) bool { return r.Outputs[output] == name })
}

// Clone returns a copy that may be changed without changing g.
func (g Graph) Clone() Graph {
	clone := make(Graph, len(g))
	for i, r := range g {
		copied := *r
		copied.Inputs = copyOf(r.Inputs).(plain.Properties)
		copied.Outputs = copyOf(r.Outputs).(plain.Properties)
		copied.Aliases = slices.Clone(r.Aliases)
		copied.Dependencies = slices.Clone(r.Dependencies)
		copied.PropertyDependencies = maps.Clone(r.PropertyDependencies)
		clone[i] = &copied
	}
	return clone
}

func copyOf(value any) any {
	switch value := value.(type) {
	case plain.Confidential:
		return plain.Confidential{Value: copyOf(value.Value)}
	case map[string]any:
		all := make(map[string]any, len(value))
		for name, element := range value {
			all[name] = copyOf(element)
		}
		return all
	case []any:
		all := make([]any, len(value))
		for i, element := range value {
			all[i] = copyOf(element)
		}
		return all
	}
	return value
}
