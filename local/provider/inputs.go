package provider

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"myclothes/local/cloud"
	"myclothes/local/provider/modelled"
)

// listingOf returns what is known of the inputs of a type; nothing if it is no kind. What
// a service takes, and what a name or an id is made of, is modelled; the rest is a table.
func listingOf(typ string) (modelled.Listing, bool) {
	k, isKind := everyKind[typ]
	spec, isServed := specs()[typ]
	if !isKind && !isServed {
		return modelled.Listing{}, false
	}
	l := modelled.Listing{Modelled: k.made(), Without: withoutEffect[typ]}
	if isServed {
		l.Modelled = append(l.Modelled, modelled.Fields(spec, "json")...)
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

// Unlisted returns the inputs of a resource that its kind neither models nor lists as
// without effect here, or an error if its type is no kind at all.
func Unlisted(typ string, declared map[string]any) ([]string, error) {
	l, ok := listingOf(typ)
	if !ok {
		return nil, fmt.Errorf("%s is not modelled in the local cloud: add it to kinds, in local/provider", typ)
	}
	return l.Unlisted(declared), nil
}

// refusals are the failures of the inputs that nobody knows: what is declared must not be
// dropped in silence.
func refusals(typ string, declared map[string]any) ([]*pulumirpc.CheckFailure, error) {
	unlisted, err := Unlisted(typ, declared)
	var failures []*pulumirpc.CheckFailure
	for _, input := range unlisted {
		failures = append(failures, &pulumirpc.CheckFailure{Property: input, Reason: fmt.Sprintf(
			"%s: %s is neither modelled in the local cloud nor known to have no effect there: add it to kinds, in local/provider", typ, input)})
	}
	return failures, err
}
