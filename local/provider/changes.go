package provider

import (
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// replacing says whether a change replaces a resource, by its state before and the inputs
// that are declared now.
type replacing func(before, declared resource.PropertyMap) bool

// changes compares inputs as the real provider does, and returns nil when it would do
// nothing: an input that AWS has a value for stays when it is no longer declared, and one
// that says what would be so anyway says nothing.
func (k kind) changes(old, inputs, state resource.PropertyMap) *resource.ObjectDiff {
	old, inputs = k.explicit(old), k.explicit(inputs)
	for _, name := range k.keep {
		key := resource.PropertyKey(name)
		switch {
		case !inputs.HasValue(key):
			delete(old, key)
		case !old.HasValue(key) && state.HasValue(key):
			old[key] = state[key]
		}
	}
	return old.Diff(inputs)
}

// explicit returns inputs without those that have their default value.
func (k kind) explicit(inputs resource.PropertyMap) resource.PropertyMap {
	left := inputs.Copy()
	for key, value := range inputs {
		standard, ok := k.defaults[string(key)]
		if !ok {
			standard = false
		}
		if value.DeepEquals(resource.NewPropertyValue(standard)) && !slices.Contains(k.keep, string(key)) {
			delete(left, key)
		}
	}
	return left
}

// replacedBy says whether the change of an input replaces the resource.
func (k kind) replacedBy(property string, old, inputs, state resource.PropertyMap) bool {
	key := resource.PropertyKey(property)
	if k.durable || slices.Contains(k.replace, property) {
		return true
	}
	if slices.Contains(k.alternatives, property) && old.HasValue(key) != inputs.HasValue(key) {
		return true
	}
	when := k.replaceIf[property]
	if when == nil {
		return false
	}
	before := state.Copy()
	for name, value := range old {
		before[name] = value
	}
	return when(before, inputs)
}

// fromValkey is a change of a cache's engine that there is no way to make in place. Redis
// OSS, the default, becomes Valkey and not the other way.
func fromValkey(before, declared resource.PropertyMap) bool {
	return text(before, "engine") == "valkey" && text(declared, "engine") != "valkey"
}

// toOlderVersion is a change to an older version of a cache's engine.
func toOlderVersion(before, declared resource.PropertyMap) bool {
	next := text(declared, "engineVersion")
	return next != "" && older(next, text(before, "engineVersion"))
}

// encryptedForever is a cache that cannot begin or end to encrypt connections: ElastiCache
// does it since Redis OSS 7.0.5.
func encryptedForever(before, _ resource.PropertyMap) bool {
	version := text(before, "engineVersionActual")
	if version == "" {
		version = text(before, "engineVersion")
	}
	return older(version, "7.0.5")
}

// older says whether a version is lower than another. What is left out, or x, is the
// newest that there is.
func older(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range min(len(a), len(b)) {
		x, known := strconv.Atoi(a[i])
		y, alsoKnown := strconv.Atoi(b[i])
		if known != nil || alsoKnown != nil || x != y {
			return known == nil && alsoKnown == nil && x < y
		}
	}
	return false
}
