package provider

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"myclothes/local/cloud"
)

// listing is what is known of the inputs of a kind, as paths of names: a path stands for
// all that is below it.
type listing struct {
	// modelled are the inputs that something here goes by.
	modelled []string
	// without are those that change nothing here, and why not.
	without map[string]string
}

// listingOf returns what is known of the inputs of a type; nothing if it is no kind. What
// a service takes, and what a name or an id is made of, is modelled; the rest is a table.
func listingOf(typ string) (listing, bool) {
	k, isKind := everyKind[typ]
	spec, isServed := specs()[typ]
	if !isKind && !isServed {
		return listing{}, false
	}
	l := listing{modelled: k.made(), without: withoutEffect[typ]}
	if isServed {
		l.modelled = append(l.modelled, fields(spec, "json")...)
	}
	return l, true
}

// everyKind are the kinds of all packages.
var everyKind = union(awsKinds, randomKinds)

// specs are what the services take, by type. No cloud runs for it.
var specs = sync.OnceValue(func() map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for _, services := range []map[string]service{awsServices(&cloud.Cloud{}), randomServices(source{})} {
		for typ, s := range services {
			all[typ] = s.spec()
		}
	}
	return all
})

// made are the inputs that a kind's name and its templates are made of.
func (k kind) made() []string {
	var all []string
	for _, template := range append(slices.Collect(maps.Values(k.outputs)), k.id, "{"+k.name+"}") {
		for _, p := range placeholder.FindAllString(template, -1) {
			all = append(all, strings.Trim(p, "{}"))
		}
	}
	return all
}

// fields returns the paths of a struct's fields, and of those within them, by the names
// that a tag gives them.
func fields(t reflect.Type, tag string) []string {
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
		within := fields(field.Type, tag)
		if len(within) == 0 {
			paths = append(paths, name)
		}
		for _, path := range within {
			paths = append(paths, name+"."+path)
		}
	}
	return paths
}

// covers says whether one path is another, or the beginning of it.
func covers(path, other string) bool { return path == other || strings.HasPrefix(other, path+".") }

// knows says whether a path, or something below it, is listed.
func (l listing) knows(path string) bool {
	known := func(listed string) bool { return covers(listed, path) || covers(path, listed) }
	return slices.ContainsFunc(l.modelled, known) || slices.ContainsFunc(slices.Collect(maps.Keys(l.without)), known)
}

// unlisted returns the declared inputs that are not listed, the outermost of each.
func (l listing) unlisted(inputs map[string]any) []string {
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

// ineffective returns the declared inputs that change nothing here.
func (l listing) ineffective(inputs map[string]any) []string {
	found := map[string]bool{}
	for _, leaf := range leaves("", inputs) {
		for listed := range l.without {
			if covers(listed, leaf) {
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

// Unlisted returns the inputs of a resource that its kind neither models nor lists as
// without effect here, or an error if its type is no kind at all.
func Unlisted(typ string, inputs map[string]any) ([]string, error) {
	l, ok := listingOf(typ)
	if !ok {
		return nil, fmt.Errorf("%s is not modelled in the local cloud: add it to kinds, in local/provider", typ)
	}
	return l.unlisted(inputs), nil
}

// refusals are the failures of the inputs that nobody knows: what is declared must not be
// dropped in silence.
func refusals(typ string, inputs map[string]any) ([]*pulumirpc.CheckFailure, error) {
	unlisted, err := Unlisted(typ, inputs)
	var failures []*pulumirpc.CheckFailure
	for _, input := range unlisted {
		failures = append(failures, &pulumirpc.CheckFailure{Property: input, Reason: fmt.Sprintf(
			"%s: %s is neither modelled in the local cloud nor known to have no effect there: add it to kinds, in local/provider", typ, input)})
	}
	return failures, err
}
