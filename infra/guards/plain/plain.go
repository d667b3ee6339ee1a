// Package plain is the values of a resource as rules see them: plain Go, with marks for what is secret and what only an
// update will tell. It imports nothing but the standard library.
package plain

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Properties are plain values by name: nil, bool, float64, string, []any and
// map[string]any, and among them Confidential and Unknown.
type Properties = map[string]any

// Confidential marks a value that nobody may see in plain.
type Confidential struct{ Value any }

// Unknown stands for a value that only an update will tell.
type Unknown struct{}

// How Pulumi writes what JSON has no words for (sdk/go/common/resource/sig and
// sdk/go/common/resource/plugin/rpc.go).
const (
	signature       = "4dabf18193072939515e22adb298388d"
	signatureSecret = "1b47061264138c4ac30d75fd1eb44270"
)

var unknowns = []string{
	"04da6b54-80e4-46f7-96ec-b56ff0331ba9", // a string
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // a truth value
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421", // a number
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // a list
	"030794c1-ac77-496b-92df-f27374a8bd58", // a file
	"e48ece36-62e2-4504-bad9-02848725956a", // an archive
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // an object
}

// read turns a value as Pulumi writes it in a state and between its processes into a
// plain one with marks.
func read(value any) any {
	switch value := value.(type) {
	case map[string]any:
		if value[signature] == signatureSecret {
			return Confidential{readSecret(value)}
		}
		return ReadAll(value)
	case []any:
		list := make([]any, len(value))
		for i, element := range value {
			list[i] = read(element)
		}
		return list
	case string:
		if slices.Contains(unknowns, value) {
			return Unknown{}
		}
	}
	return value
}

// ReadAll turns values as Pulumi writes them in a state and between its processes into plain ones with marks.
func ReadAll(values map[string]any) Properties {
	all := make(Properties, len(values))
	for name, value := range values {
		all[name] = read(value)
	}
	return all
}

// readSecret returns what a secret holds. One that is encrypted is unknown here.
func readSecret(secret map[string]any) any {
	if value, ok := secret["value"]; ok {
		return read(value)
	}
	var value any
	if text, ok := secret["plaintext"].(string); ok && json.Unmarshal([]byte(text), &value) == nil {
		return read(value)
	}
	return Unknown{}
}

// At returns the value at a path of names and indices, without secret marks: nil when
// there is none, Unknown when it or what holds it is not known.
func At(value any, path ...any) any {
	for _, step := range path {
		value = open(value)
		if IsUnknown(value) {
			return value
		}
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		default:
			panic(fmt.Sprintf("a path has names and indices, not %T", step))
		}
	}
	return bare(value)
}

// IsUnknown says whether only an update will tell a value.
func IsUnknown(value any) bool { return value == Unknown{} }

// open takes the secret mark from a value, if it has one.
func open(value any) any {
	if secret, ok := value.(Confidential); ok {
		return secret.Value
	}
	return value
}

// bare takes the secret marks from a value and from all that it holds.
func bare(value any) any {
	switch value := value.(type) {
	case Confidential:
		return bare(value.Value)
	case map[string]any:
		all := make(map[string]any, len(value))
		for name, element := range value {
			all[name] = bare(element)
		}
		return all
	case []any:
		list := make([]any, len(value))
		for i, element := range value {
			list[i] = bare(element)
		}
		return list
	}
	return value
}

// Marked says whether a value, or one that it holds, is marked as a secret.
func Marked(value any) bool {
	switch value := value.(type) {
	case Confidential:
		return true
	case []any:
		return slices.ContainsFunc(value, Marked)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(value)), Marked)
	}
	return false
}

// Text is a string somewhere in a value.
type Text struct {
	Path, Value  string
	Confidential bool // it or what holds it is marked as a secret
}

// Texts returns all strings in a value, which is at the path.
func Texts(path string, value any, confidential bool) (found []Text) {
	switch value := value.(type) {
	case string:
		return []Text{{path, value, confidential}}
	case Confidential:
		return Texts(path, value.Value, true)
	case []any:
		for _, element := range value {
			found = append(found, Texts(path+"[]", element, confidential)...)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			found = append(found, Texts(path+"."+name, value[name], confidential)...)
		}
	}
	return found
}

// List returns the elements of a list, none of anything else.
func List(value any) []any {
	elements, _ := value.([]any)
	return elements
}

// Strings returns the strings of a value that is a string or a list of them, as AWS often allows.
func Strings(value any) (all []string) {
	if one, ok := value.(string); ok {
		return []string{one}
	}
	for _, element := range List(value) {
		if one, ok := element.(string); ok {
			all = append(all, one)
		}
	}
	return all
}
