package engine

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Base64 in the engine's lines: a text that changed, and one that is new or gone.
var (
	changedText = regexp.MustCompile(`^( *)~ (\w+) *: "([A-Za-z0-9+/=]{100,})" => "([A-Za-z0-9+/=]{100,})"$`)
	longText    = regexp.MustCompile(`"([A-Za-z0-9+/=]{60})[A-Za-z0-9+/=]{40,}"`)
)

// readable shows what changed in a text that is declared in base64, which is what
// user data is, and shortens one that is all new.
func readable(line string) string {
	if m := changedText.FindStringSubmatch(line); m != nil {
		indent, name := m[1], m[2]
		before, errBefore := base64.StdEncoding.DecodeString(m[3])
		after, errAfter := base64.StdEncoding.DecodeString(m[4])
		if errBefore == nil && errAfter == nil {
			return fmt.Sprintf("%s~ %s:%s", indent, name, changedLines(indent+"    ", string(before), string(after)))
		}
	}
	return longText.ReplaceAllString(line, `"$1…"`)
}

// changedLines lists the lines that only one of two texts has.
func changedLines(indent, before, after string) string {
	old, new := strings.Split(before, "\n"), strings.Split(after, "\n")
	var changes strings.Builder
	for _, line := range old {
		if !slices.Contains(new, line) {
			changes.WriteString("\n" + indent + "- " + line)
		}
	}
	for _, line := range new {
		if !slices.Contains(old, line) {
			changes.WriteString("\n" + indent + "+ " + line)
		}
	}
	return changes.String()
}
