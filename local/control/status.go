package control

import (
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Print shows who runs where, since when, and how well; paths are relative to root.
// It says whether everything is healthy.
func (r Report) Print(out io.Writer, root string, now time.Time) (healthy bool) {
	healthy = true
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "WHAT\tID\tZONE\tADDRESS\tSTATE\tSINCE\tLOG")
	for _, c := range r.Components {
		healthy = healthy && c.Healthy
		fmt.Fprintln(table, strings.Join([]string{
			c.Kind, c.ID, c.Zone, c.Address, c.State, since(c.Since, now), relative(root, c.Log),
		}, "\t"))
	}
	_ = table.Flush()
	for _, note := range r.notes() {
		fmt.Fprintln(out, note)
	}
	for _, refresh := range r.Refreshes {
		if refresh.Running() {
			fmt.Fprintln(out, refresh)
		}
	}
	if len(r.Recorded) > 0 {
		var types []string
		for _, kind := range slices.Sorted(maps.Keys(r.Recorded)) {
			types = append(types, fmt.Sprintf("%s ×%d", short(kind), r.Recorded[kind]))
		}
		fmt.Fprintf(out, "\nDeclared, not simulated: %s\n", strings.Join(types, ", "))
	}
	if len(r.WithoutEffect) > 0 {
		fmt.Fprintln(out, "\nDeclared, without effect here:")
		for _, kind := range slices.Sorted(maps.Keys(r.WithoutEffect)) {
			fmt.Fprintf(out, "  %s: %s\n", short(kind), strings.Join(r.WithoutEffect[kind], ", "))
		}
	}
	return healthy
}

// short is a type without what it says twice: "aws:ec2/eip" of "aws:ec2/eip:Eip".
func short(kind string) string { return kind[:strings.LastIndex(kind, ":")] }

// notes are what components say of themselves, each once.
func (r Report) notes() []string {
	var notes []string
	for _, c := range r.Components {
		if note := c.Kind + ": " + c.Note; c.Note != "" && !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}

func since(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return now.Sub(t).Round(time.Second).String()
}

// relative shortens a path below root.
func relative(root, path string) string {
	if short, err := filepath.Rel(root, path); path != "" && err == nil && !strings.HasPrefix(short, "..") {
		return short
	}
	return path
}
