package engine

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"myclothes/local/engine/legible"
)

// Property is a value that changes.
type Property struct {
	Path string `json:"path"` // within the resource: tags.Name, or ingress[0].fromPort
	// Old and New are as they were written, nil where there is no value: see legible.
	// Both are nil where Lines says what changes.
	Old any `json:"old,omitempty"`
	New any `json:"new,omitempty"`
	// Lines are those of a text of several lines that differ, with "-" or "+" before
	// them, or " " before a line that is near one.
	Lines []string `json:"lines,omitempty"`
	// Replaces says that the change makes the provider replace the resource.
	Replaces bool `json:"replaces,omitempty"`
}

// newProperty compares two values of a property.
func newProperty(path string, before, after any) Property {
	before, after = legible.Value(before), legible.Value(after)
	if lines := legible.ChangedLines(before, after); lines != nil {
		return Property{Path: path, Lines: lines}
	}
	return Property{Path: path, Old: before, New: after}
}

// properties lists what a step changes in a resource's inputs, by path.
func properties(step apitype.StepEventMetadata) []Property {
	if step.Old == nil || step.New == nil || step.Op == apitype.OpSame {
		return nil
	}
	var list []Property
	told := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(step.DetailedDiff)) {
		difference := step.DetailedDiff[path]
		before := step.Old.Inputs
		if !difference.InputDiff {
			before = step.Old.Outputs
		}
		property := newProperty(path, at(before, path), at(step.New.Inputs, path))
		property.Replaces = strings.HasSuffix(string(difference.Kind), "-replace")
		list, told[key(path)] = append(list, property), true
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(step.Diffs, step.Keys)))) {
		if !told[name] {
			list = append(list, newProperty(name, step.Old.Inputs[name], step.New.Inputs[name]))
		}
	}
	for i := range list {
		list[i].Replaces = list[i].Replaces || slices.Contains(step.Keys, list[i].Path)
	}
	return list
}

// guards lists what changes of that which the engine notes of a resource to guard it.
// Such a change is a step of its own for nobody, and yet data may depend on it.
func guards(step apitype.StepEventMetadata) []Property {
	if step.Old == nil || step.New == nil || step.Op == apitype.OpDelete || step.Op == apitype.OpDeleteReplaced {
		return nil
	}
	var list []Property
	if step.Old.Protect != step.New.Protect {
		list = append(list, newProperty("(protect)", step.Old.Protect, step.New.Protect))
	}
	if step.Old.RetainOnDelete != step.New.RetainOnDelete {
		list = append(list, newProperty("(retainOnDelete)", step.Old.RetainOnDelete, step.New.RetainOnDelete))
	}
	return list
}

// compare lists the keys whose values differ.
func compare(before, after map[string]any) []Property {
	keys := map[string]bool{}
	for name := range before {
		keys[name] = true
	}
	for name := range after {
		keys[name] = true
	}
	list := []Property{}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if !reflect.DeepEqual(before[name], after[name]) {
			list = append(list, newProperty(name, before[name], after[name]))
		}
	}
	return list
}

// at returns the value at a path, nil if there is none. What is within a secret is the
// secret.
func at(properties map[string]any, path string) any {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return properties[path]
	}
	var value any = properties
	for _, step := range parsed {
		if legible.IsSecret(value) {
			return value
		}
		name, isName := step.(string)
		index, isIndex := step.(int)
		object, isObject := value.(map[string]any)
		list, isList := value.([]any)
		switch {
		case isName && isObject:
			value = object[name]
		case isIndex && isList && index < len(list):
			value = list[index]
		default:
			return nil
		}
	}
	return value
}
