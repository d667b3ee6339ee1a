// Package modelled compares what is declared of a resource with what is known of its kind.
package modelled

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Listing is what is known of the inputs of a kind, as paths of names: a path stands for
// all that is below it.
type Listing struct {
	// Modelled are the inputs that something here goes by.
	Modelled []string
	// Without are those that change nothing here, and why not.
	Without map[string]string
}

// Fields returns the paths of a struct's fields, and of those within them, by the names
// that a tag gives them.
func Fields(t reflect.Type, tag string) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	var paths []string
	for _, field := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(field.Tag.Get(tag), ",")
		if name == "" || name == "-" {
			continue
		}
		within := Fields(field.Type, tag)
		if len(within) == 0 {
			paths = append(paths, name)
		}
		for _, path := range within {
			paths = append(paths, name+"."+path)
		}
	}
	return paths
}

// Covers says whether one path is another, or the beginning of it.
func Covers(path, other string) bool { return path == other || strings.HasPrefix(other, path+".") }

// knows says whether a path, or something below it, is listed.
func (l Listing) knows(path string) bool {
	known := func(listed string) bool { return Covers(listed, path) || Covers(path, listed) }
	return slices.ContainsFunc(l.Modelled, known) || slices.ContainsFunc(slices.Collect(maps.Keys(l.Without)), known)
}

// Unlisted returns the declared inputs that are not listed, the outermost of each.
func (l Listing) Unlisted(inputs map[string]any) []string {
	unknown := map[string]bool{}
	for _, leaf := range leaves("", inputs) {
		names := strings.Split(leaf, ".")
		for i := range names {
			if path := strings.Join(names[:i+1], "."); !l.knows(path) {
				unknown[path] = true
				break
			}
		}
	}
	return slices.Sorted(maps.Keys(unknown))
}

// Ineffective returns the declared inputs that change nothing here.
func (l Listing) Ineffective(inputs map[string]any) []string {
	found := map[string]bool{}
	for _, leaf := range leaves("", inputs) {
		for listed := range l.Without {
			if Covers(listed, leaf) {
				found[listed] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// leaves returns the paths of all that an object holds. Lists have no part in a path, and
// what Pulumi keeps for itself is left out.
func leaves(path string, value any) []string {
	var below []string
	switch value := value.(type) {
	case map[string]any:
		for name, element := range value {
			if !strings.HasPrefix(name, "__") {
				below = append(below, leaves(strings.TrimPrefix(path+"."+name, "."), element)...)
			}
		}
	case []any:
		for _, element := range value {
			below = append(below, leaves(path, element)...)
		}
	case nil:
		return nil
	}
	if len(below) == 0 && path != "" {
		return []string{path}
	}
	return below
}
