package forecast

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"myclothes/local/engine"
)

// WriteJSON writes the forecast as one JSON document: the plan's, with the answers.
func (f *Forecast) WriteJSON(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(f)
}

// WriteText writes the plan for people, and then the answers, which are nearest to where
// people read.
func (f *Forecast) WriteText(out io.Writer) error {
	if err := f.Plan.WriteText(out); err != nil || f.Plan.Empty() {
		return err
	}
	var text strings.Builder
	for _, a := range f.Answers {
		fmt.Fprintf(&text, "\n%s %s\n", a.Question, a.Headline())
		for _, r := range a.Because {
			fmt.Fprintf(&text, "  %s\n", r)
		}
	}
	for _, list := range f.lists() {
		if len(list.entries) > 0 {
			fmt.Fprintf(&text, "\n%s\n  %s\n", list.title, strings.Join(list.entries, "\n  "))
		}
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// mostBullets are how many reasons of one kind a comment shows: as many as leave room for
// the plan, in this order. What is left out is counted.
var mostBullets = []int{60, 20, 5}

// WriteMarkdown writes the forecast as a comment on a pull request: the answers first,
// then what they follow from, then the plan as far as there is room.
func (f *Forecast) WriteMarkdown(out io.Writer) error {
	head := ""
	for _, most := range mostBullets {
		if head = f.head(most); utf8.RuneCountInString(head) < engine.MostMarkdown/2 {
			break
		}
	}
	return f.Plan.WriteMarkdownBelow(head, out)
}

// head is what stands above the plan.
func (f *Forecast) head(most int) string {
	var head strings.Builder
	if f.Plan.Empty() {
		return ""
	}
	head.WriteString("| | |\n|---|---|\n")
	for _, a := range f.Answers {
		fmt.Fprintf(&head, "| %s | %s |\n", a.Question, cell(a.Headline()))
	}
	for _, list := range f.lists() {
		if len(list.entries) > 0 {
			fmt.Fprintf(&head, "\n**%s**\n", list.title)
			bullets(&head, list.entries, most)
		}
	}
	for _, a := range f.Answers {
		if len(a.Because) > 0 {
			fmt.Fprintf(&head, "\n<details%s><summary>%s</summary>\n\n", map[bool]string{true: " open"}[a.Verdict != No], a.Question)
			var reasons []string
			for _, r := range a.Because {
				reasons = append(reasons, r.String())
			}
			bullets(&head, reasons, most)
			head.WriteString("\n</details>\n")
		}
	}
	head.WriteString("\n")
	return head.String()
}

func bullets(out *strings.Builder, entries []string, most int) {
	for i, entry := range entries {
		if i == most {
			fmt.Fprintf(out, "- and %d more\n", len(entries)-i)
			return
		}
		fmt.Fprintf(out, "- %s\n", engine.Escaped(entry))
	}
}

func cell(text string) string { return "**" + engine.Escaped(text) + "**" }

// String is the reason with what it comes to.
func (r Reason) String() string {
	if r.Verdict == Unknown {
		return "unknown: " + r.Text
	}
	return r.Text
}

// Headline is the verdict with how long, or whose, or how much.
func (a Answer) Headline() string {
	text := string(a.Verdict)
	switch {
	case a.Outage != nil:
		text += ", " + a.Outage.String()
	case len(a.Whose) > 0:
		text += ", of " + strings.Join(a.Whose, " and ")
	case a.Question == Reach && a.Verdict == Yes:
		text += fmt.Sprintf(", %d added and %d removed", len(a.Opened), len(a.Closed))
	case a.Question == Cost && len(a.Because) > 0 && a.Verdict == Yes:
		text += ": " + a.Because[0].Text
	case a.Verdict != No:
		text += fmt.Sprintf(" (%s)", a.Because[0].Text)
		if more := len(a.Because) - 1; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
	}
	if a.Verdict == Yes && a.doubtful() {
		text += ", and not all is known"
	}
	return text
}

func (a Answer) doubtful() bool {
	for _, r := range a.Because {
		if r.Verdict == Unknown {
			return true
		}
	}
	return false
}

// String is the span in words.
func (s Span) String() string {
	least, most := s.Least.Round(time.Second), s.Most.Round(time.Second)
	switch {
	case s == (Span{}):
		return "not at once for everybody, and with no end that is known"
	case s.Most == 0:
		return fmt.Sprintf("for %v or longer, with no end that is known", least)
	case least == 0:
		return fmt.Sprintf("for up to %v", most)
	}
	return fmt.Sprintf("for %v to %v", least, most)
}

// list is something that a forecast lists beside the answers.
type list struct {
	title   string
	entries []string
}

func (f *Forecast) lists() []list {
	return []list{
		{"This would be refused", f.Refused},
		{"Rules that would be broken", f.Broken},
		{"Rules that would be kept again", f.Kept},
		{"Connections that come (+) or go (-)", f.connections()},
	}
}

// connections are the arrows of the drawing that change: a comment cannot show a picture.
func (f *Forecast) connections() (arrows []string) {
	reach := f.Answers[Reach]
	for sign, texts := range map[string][]string{"+ ": reach.Opened, "- ": reach.Closed} {
		for _, text := range texts {
			if arrow, is := connection(text); is {
				arrows = append(arrows, sign+arrow)
			}
		}
	}
	slices.Sort(arrows)
	return arrows
}

// connection is what is said of a reach with an arrow, if it is a flow: "internet → app:80".
func connection(text string) (arrow string, is bool) {
	from, to, found := strings.Cut(text, " ")
	if !found || strings.Contains(to, " ") || !strings.Contains(to, ":") {
		return text, false
	}
	return from + " → " + to, true
}
