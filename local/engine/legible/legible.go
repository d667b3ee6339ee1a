// Package legible shows values of the engine's events as people write them, and what differs between two of them.
package legible

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/sergi/go-diff/diffmatchpatch"
)

// Unknown stands for a value that only the update will tell.
const Unknown = "[known after the update]"

// Secret stands for a value that nobody may see.
const Secret = "[secret]"

// Value returns a value of an event as people write it: secrets and what is not
// known yet by their names, files by their hashes, text in base64 (which user data is)
// decoded, and documents in JSON indented.
func Value(value any) any {
	switch v := value.(type) {
	case string:
		return laidOut(v)
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = Value(element)
		}
		return list
	case map[string]any:
		switch v[resource.SigKey] {
		case resource.SecretSig:
			return Secret
		case resource.AssetSig, resource.ArchiveSig:
			hash, _ := v["hash"].(string)
			return "file with SHA-256 " + hash
		case resource.ResourceReferenceSig:
			urn, _ := v["urn"].(string)
			return urn
		case resource.OutputValueSig:
			return Unknown
		}
		object := make(map[string]any, len(v))
		for name, element := range v {
			if name != "__defaults" { // which inputs the provider chose
				object[name] = Value(element)
			}
		}
		return object
	}
	return value
}

// IsSecret says whether a value of an event is marked as a secret.
func IsSecret(value any) bool {
	object, ok := value.(map[string]any)
	return ok && object[resource.SigKey] == resource.SecretSig
}

// laidOut decodes a text and lays it out.
func laidOut(text string) string {
	if text == plugin.UnknownStringValue {
		return Unknown
	}
	if decoded, err := base64.StdEncoding.DecodeString(text); err == nil && utf8.Valid(decoded) && bytes.ContainsRune(decoded, '\n') {
		text = string(decoded)
	}
	var document bytes.Buffer
	if strings.HasPrefix(text, "{") && json.Indent(&document, []byte(text), "", "  ") == nil {
		return document.String()
	}
	return text
}

// near is how many lines are shown before and after one that changes.
const near = 2

// ChangedLines compares two texts by line: nil if they are not texts, or both are a
// single line.
func ChangedLines(before, after any) []string {
	old, isOld := before.(string)
	new, isNew := after.(string)
	if !isOld || !isNew || !strings.Contains(old, "\n") && !strings.Contains(new, "\n") || old == Unknown || new == Unknown {
		return nil
	}
	differ := diffmatchpatch.New()
	a, b, lines := differ.DiffLinesToRunes(WithEnd(old), WithEnd(new))
	var all []string
	for _, part := range differ.DiffCharsToLines(differ.DiffMainRunes(a, b, false), lines) {
		sign := map[diffmatchpatch.Operation]string{diffmatchpatch.DiffDelete: "-", diffmatchpatch.DiffInsert: "+", diffmatchpatch.DiffEqual: " "}[part.Type]
		for line := range strings.SplitSeq(strings.TrimSuffix(part.Text, "\n"), "\n") {
			all = append(all, sign+line)
		}
	}
	return nearChanges(all)
}

// WithEnd ends the last line, so that it is compared as the others are.
func WithEnd(text string) string { return strings.TrimSuffix(text, "\n") + "\n" }

// nearChanges leaves out the lines that no changed one is near, with "…" for them.
func nearChanges(lines []string) []string {
	shown := make([]bool, len(lines))
	for i, line := range lines {
		if line[0] != ' ' {
			for j := max(0, i-near); j <= min(len(lines)-1, i+near); j++ {
				shown[j] = true
			}
		}
	}
	kept := []string{}
	for i, line := range lines {
		switch {
		case shown[i]:
			kept = append(kept, line)
		case i == 0 || shown[i-1]:
			kept = append(kept, "…")
		}
	}
	return kept
}
