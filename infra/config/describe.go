package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// YAML describes keys as the config section of Pulumi.yaml does.
func YAML(keys []Key) string {
	var section strings.Builder
	for _, key := range keys {
		value := key.Default
		if key.Type == "string" {
			value = strconv.Quote(value)
		}
		fmt.Fprintf(&section, "  %s:\n    type: %s\n    description: %s\n    default: %s\n", key.Name, key.Type, strconv.Quote(key.Text), value)
	}
	return section.String()
}

// Markdown describes keys as a table for readers.
func Markdown(keys []Key) string {
	var rows strings.Builder
	rows.WriteString("| key | default | what it is |\n|---|---|---|\n")
	for _, key := range keys {
		fmt.Fprintf(&rows, "| `%s` | %s | %s |\n", key.Name, cmp.Or(key.Default, "(empty)"), key.Text)
	}
	return rows.String()
}

// What a description is written between, in a comment of whatever kind the file has.
const (
	Begin = "configuration: begin"
	End   = "configuration: end"
)

// Replace returns the text of a file with a description between the lines that have the
// marks Begin and End.
func Replace(text, description string) (string, error) {
	lines := slices.Collect(strings.Lines(text))
	begin := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, Begin) })
	end := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, End) })
	if begin < 0 || end < begin {
		return "", errors.New("no line with \"" + Begin + "\" before one with \"" + End + "\"")
	}
	return strings.Join(lines[:begin+1], "") + description + strings.Join(lines[end:], ""), nil
}
