package engine

import (
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// MostMarkdown is how long a comment on GitHub may be, in characters
// (https://github.com/orgs/community/discussions/27190).
const MostMarkdown = 65_536

// mostCautions are how many losses of data a comment names one by one.
const mostCautions = 50

// WriteMarkdown writes the plan as a comment on a pull request: the summary and what is
// lost first, then the changes under their components. What does not fit is left out from
// the end, and the comment says so: what matters most is at its beginning.
func (p *Plan) WriteMarkdown(out io.Writer) error { return p.WriteMarkdownBelow("", out) }

// WriteMarkdownBelow writes the plan below a text that stays whole, if it fits at all.
func (p *Plan) WriteMarkdownBelow(first string, out io.Writer) error {
	var head strings.Builder
	head.WriteString(first)
	fmt.Fprintf(&head, "**%s**\n", p.Summary())
	cautions := 0
	for _, change := range p.Changes {
		if change.Loses == "" {
			continue
		}
		if cautions++; cautions <= mostCautions {
			fmt.Fprintf(&head, "\n> [!CAUTION]\n> Data is lost with `%s` **%s**: %s.\n", shortType(change.Type), Escaped(change.Name), change.Loses)
		}
	}
	if more := cautions - mostCautions; more > 0 {
		fmt.Fprintf(&head, "\n> [!CAUTION]\n> Data is lost with %d more.\n", more)
	}
	_, err := io.WriteString(out, fit(head.String(), p.sections()))
	return err
}

// sections are the changes, one text for each component, and the outputs.
func (p *Plan) sections() (all []string) {
	var section strings.Builder
	end := func() {
		if section.Len() > 0 {
			all = append(all, section.String()+"\n</details>\n")
			section.Reset()
		}
	}
	for i, change := range p.Changes {
		if i == 0 || !slices.Equal(p.Changes[i-1].group(), change.group()) {
			end()
			fmt.Fprintf(&section, "\n<details open><summary>%s</summary>\n\n", uncalled(html.EscapeString(heading(change))))
		}
		change.writeMarkdown(&section)
	}
	end()
	if len(p.Outputs) > 0 {
		section.WriteString("\n<details><summary>outputs</summary>\n\n")
		for _, output := range p.Outputs {
			output.writeMarkdown(&section)
		}
		end()
	}
	return all
}

func (c Change) writeMarkdown(out *strings.Builder) {
	if !c.isComponent {
		operation := string(c.Operation)
		if c.Order != "" && c.Operation == Replace {
			operation += ", " + string(c.Order)
		}
		fmt.Fprintf(out, "- `%s` `%s` **%s**: %s\n", signs[c.Operation], shortType(c.Type), Escaped(c.Name), operation)
	}
	for _, property := range c.Properties {
		out.WriteString("  ")
		property.writeMarkdown(out)
	}
}

// writeMarkdown writes what becomes of a property. Values are code, so that nothing in
// them is taken for Markdown, and names of people are not called.
func (p Property) writeMarkdown(out *strings.Builder) {
	because := ""
	if p.Replaces {
		because = " **replaces the resource**"
	}
	if p.Lines == nil {
		fmt.Fprintf(out, "- %s: %s → %s%s\n", code(p.Path), code(written(p.Old)), code(written(p.New)), because)
		return
	}
	fmt.Fprintf(out, "- %s:%s\n", code(p.Path), because)
	fence, lines := "```", strings.ReplaceAll(strings.Join(p.Lines, "\n"), "\r", "␍") // which Markdown takes for the end of a line
	for strings.Contains(lines, fence) {
		fence += "`"
	}
	fmt.Fprintf(out, "    %sdiff\n    %s\n    %s\n", fence, strings.ReplaceAll(lines, "\n", "\n    "), fence)
}

// Escaped keeps GitHub from reading more in a text than it says: marks of Markdown and
// HTML, the beginning of a list, references, and names of people. Names and numbers are
// looked for when entities have become characters, so those that a text has stay text.
func Escaped(text string) string {
	text = marks.Replace(text)
	if strings.HasPrefix(text, "+") || strings.HasPrefix(text, "-") {
		text = `\` + text
	}
	return uncalled(text)
}

var marks = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "~", `\~`, "&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`,
	"[", `\[`, "\n", " ", "\r", " ")

// uncalled has a space of no width after what calls people or refers to issues.
func uncalled(text string) string {
	return strings.NewReplacer("@", "@\u200b", "#", "#\u200b").Replace(text)
}

// code is a text as code on a line, however many backticks are in it.
func code(text string) string {
	text = strings.NewReplacer("\n", " ", "\r", "␍").Replace(text) // a blank line would end it
	fence := "`"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	if len(fence) == 1 {
		return fence + text + fence
	}
	return fence + " " + text + " " + fence
}

// fit joins a beginning and as many of the sections as a comment has room for.
func fit(head string, sections []string) string {
	const apology = "\n%d of %d parts are left out: they do not fit into a comment. `make preview` shows them.\n"
	room := MostMarkdown - len(apology) - 2*len("18446744073709551615")
	if utf8.RuneCountInString(head) > room {
		runes := []rune(head)
		return string(runes[:room]) + fmt.Sprintf("…\n"+apology, len(sections), len(sections))
	}
	text, length := head, utf8.RuneCountInString(head)
	for i, section := range sections {
		length += utf8.RuneCountInString(section)
		if length > room {
			return text + fmt.Sprintf(apology, len(sections)-i, len(sections))
		}
		text += section
	}
	return text
}
