package tests

import (
	"slices"
	"strings"

	"myclothes/infra/guards"
)

// mutation is a change of a graph that breaks a rule, as a wrong declaration would.
type mutation struct {
	what   string
	in     string // the configuration whose graph it changes
	change change
	names  []string // logical names of the resources that the rule must name, and no others
}

// change changes a graph in place, but for resources that come and go.
type change func(g graph) graph

// set changes an input of the resources of a type with one of the names, or of all.
func set(typ string, names []string, value any, path ...any) change {
	return each(typ, names, func(r *guards.Resource) { r.Inputs = put(r.Inputs, value, path...).(map[string]any) })
}

// each changes the resources of a type with one of the names, or all of them.
func each(typ string, names []string, change func(*guards.Resource)) change {
	return func(g graph) graph {
		for _, r := range g.Of(typ) {
			if names == nil || slices.Contains(names, r.Name) {
				change(r)
			}
		}
		return g
	}
}

// put returns a value with another one at a path; a nil one is deleted.
func put(in, value any, path ...any) any {
	if len(path) == 0 {
		return value
	}
	switch step := path[0].(type) {
	case string:
		object, _ := in.(map[string]any)
		if object == nil {
			object = map[string]any{}
		}
		if object[step] = put(object[step], value, path[1:]...); object[step] == nil {
			delete(object, step)
		}
		return object
	default:
		list, _ := in.([]any)
		index := step.(int)
		if index == len(list) {
			list = append(list, nil)
		}
		list[index] = put(list[index], value, path[1:]...)
		return list
	}
}

// replace replaces text in an input that is text.
func replace(typ, name, before, after, input string) change {
	return each(typ, []string{name}, func(r *guards.Resource) {
		text := r.Input(input).(string)
		if strings.Contains(text, before) {
			r.Inputs[input] = strings.Replace(text, before, after, 1)
		}
	})
}

// without drops a resource.
func without(typ, name string) change {
	return func(g graph) graph {
		return slices.DeleteFunc(g, func(r *guards.Resource) bool { return r.Type == typ && r.Name == name })
	}
}

// like adds a copy of a resource under another name, with inputs changed; everybody who
// waited for the original waits for the copy.
func like(typ, name, copied string, inputs map[string]any) change {
	return func(g graph) graph {
		original := graph{g.Named(typ, name)}.Clone()[0]
		former := original.URN
		original.Name, original.URN, original.ID = copied, strings.TrimSuffix(former, name)+copied, copied+"-id"
		for input, value := range inputs {
			original.Inputs = put(original.Inputs, value, input).(map[string]any)
		}
		for _, r := range g {
			if slices.Contains(r.Dependencies, former) {
				r.Dependencies = append(r.Dependencies, original.URN)
			}
		}
		return append(g, original)
	}
}

// attached adds a resource of another type below the servers.
func attached(typ, name string, inputs map[string]any) change {
	return func(g graph) graph {
		role := g.Named(guards.Role, "servers")
		return append(g, guards.New(map[string]any{
			"type": typ, "custom": true, "parent": role.Parent, "inputs": inputs, "urn": urn(role.Parent, typ, name),
		}))
	}
}

// then makes one change after another.
func then(changes ...change) change {
	return func(g graph) graph {
		for _, change := range changes {
			g = change(g)
		}
		return g
	}
}
