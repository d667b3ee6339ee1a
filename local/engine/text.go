package engine

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"myclothes/local/engine/legible"
)

// WriteJSON writes the plan as one JSON document.
func (p *Plan) WriteJSON(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(p)
}

// WriteText writes the plan for people: the changes under their components, then the
// outputs of the stack, what data would be lost, and a summary.
func (p *Plan) WriteText(out io.Writer) error {
	var text strings.Builder
	for i, change := range p.Changes {
		if i == 0 || !slices.Equal(p.Changes[i-1].group(), change.group()) {
			fmt.Fprintln(&text, heading(change))
		}
		change.write(&text)
	}
	if len(p.Outputs) > 0 {
		fmt.Fprintln(&text, "outputs")
		for _, output := range p.Outputs {
			output.write(&text, "  ~ ")
		}
	}
	if !p.Empty() {
		fmt.Fprintln(&text)
	}
	for _, change := range p.Changes {
		if change.Loses != "" {
			fmt.Fprintf(&text, "Data is lost with %s %s: %s.\n", shortType(change.Type), change.Name, change.Loses)
		}
	}
	fmt.Fprintln(&text, p.Summary())
	_, err := io.WriteString(out, text.String())
	return err
}

// Summary counts the changes in a sentence.
func (p *Plan) Summary() string {
	if p.Empty() {
		return fmt.Sprintf("Nothing changes: all %d resources are as declared.", p.Unchanged)
	}
	var parts []string
	for _, operation := range []Operation{Create, Update, Replace, Delete} {
		if count := p.Count(operation); count > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", count, operation))
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "outputs alone change")
	}
	return fmt.Sprintf("Plan: %s; %d unchanged.", strings.Join(parts, ", "), p.Unchanged)
}

// heading names the component of a change by the way to it. What becomes of the
// component itself stands before it.
func heading(c Change) string {
	switch way := strings.Join(c.group(), " › "); {
	case way == "":
		return "in no component"
	case c.isComponent:
		return signs[c.Operation] + " " + way
	default:
		return way
	}
}

// signs are what a change begins with.
var signs = map[Operation]string{Create: "+", Update: "~", Replace: "!", Delete: "-"}

func (c Change) write(out io.Writer) {
	operation := string(c.Operation)
	if c.Order != "" && c.Operation == Replace {
		operation += ", " + string(c.Order)
	}
	if !c.isComponent {
		fmt.Fprintf(out, "  %s %s %s: %s\n", signs[c.Operation], shortType(c.Type), c.Name, operation)
	}
	for _, property := range c.Properties {
		sign := "      ~ "
		if property.Replaces {
			sign = "      ! "
		}
		property.write(out, sign)
	}
}

// write writes what becomes of a property, a line for it or the lines that differ.
func (p Property) write(out io.Writer, sign string) {
	because := ""
	if p.Replaces {
		because = "  (replaces the resource)"
	}
	if p.Lines != nil {
		fmt.Fprintf(out, "%s%s:%s\n", sign, p.Path, because)
		for _, line := range p.Lines {
			fmt.Fprintf(out, "%s%s\n", strings.Repeat(" ", len(sign)+2), line)
		}
		return
	}
	fmt.Fprintf(out, "%s%s: %s → %s%s\n", sign, p.Path, written(p.Old), written(p.New), because)
}

// written is a value in a line: "(none)" for none, and the beginning of a long one.
func written(value any) string {
	const most = 120
	text, isText := value.(string)
	switch {
	case value == nil:
		return "(none)"
	case strings.Contains(strings.TrimSuffix(text, "\n"), "\n"):
		return fmt.Sprintf("(a text of %d lines)", strings.Count(legible.WithEnd(text), "\n"))
	case !isText || text == "" || strings.TrimSpace(text) != text:
		var encoded strings.Builder
		encoder := json.NewEncoder(&encoded)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(value) // values of events can be encoded
		text = strings.TrimSpace(encoded.String())
	}
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
