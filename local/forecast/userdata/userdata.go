// Package userdata reads boot scripts, and compares those of two declarations.
package userdata

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"myclothes/infra/guards"
)

// Script decodes user data, unless it is not known yet.
func Script(value any) (text string, known bool) {
	encoded, known := value.(string)
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	return string(decoded), known && err == nil && len(decoded) > 0
}

// assignment splits a line that gives a variable a plain value.
func assignment(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, "=")
	ok = ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" && !strings.Contains(value, "$(")
	return name, strings.Trim(value, "'"), ok
}

// Assignments are the variables that a boot script gives plain values, by name.
func Assignments(script string) map[string]string {
	all := map[string]string{}
	for line := range strings.SplitSeq(script, "\n") {
		if name, value, ok := assignment(line); ok {
			all[name] = value
		}
	}
	return all
}

// Rest is a script without its assignments.
func Rest(script string) string {
	var lines []string
	for line := range strings.SplitSeq(script, "\n") {
		if _, _, ok := assignment(line); !ok {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// madeUp are the outputs by which user data names resources, and that AWS makes up.
var madeUp = []string{"arn", "endpoint", "address", "primaryEndpointAddress", "readerEndpointAddress", "bucket", "name"}

// Names replaces what AWS made up by logical names, so that two declarations can be
// compared; what is longer first.
func Names(g guards.Graph) *strings.Replacer {
	logical := map[string]string{}
	for _, r := range g {
		for _, output := range madeUp {
			name, known := r.Output(output).(string)
			_, port, _ := strings.Cut(name, ":")
			switch {
			case !known || r.Component || len(name) <= len(r.Name):
			case output == "endpoint":
				logical[name] = r.Name + ":" + port
			default:
				logical[name] = r.Name
			}
		}
	}
	var pairs []string
	for _, name := range slices.SortedFunc(maps.Keys(logical), func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) }) {
		pairs = append(pairs, name, logical[name])
	}
	return strings.NewReplacer(pairs...)
}
