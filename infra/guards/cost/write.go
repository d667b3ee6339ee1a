package cost

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Headline is the total in one sentence, with what it is without.
func (e Estimate) Headline() string {
	line := fmt.Sprintf("%.2f USD a month in %s", e.Total(), cmp.Or(e.Region, "a region that is not known"))
	if n := e.Borrowed(); n > 0 {
		line += fmt.Sprintf("; %d of %d lines at prices of %s, because the table has none of this region", n, len(e.Lines), homeRegion)
	}
	if len(e.Without) > 0 {
		line += fmt.Sprintf("; without %d resources that have no price", len(e.Without))
	}
	return line
}

// WriteText writes the estimate for people.
func (e Estimate) WriteText(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	component := ""
	for _, l := range e.Lines {
		if l.Component != component {
			component = l.Component
			fmt.Fprintf(table, "%s: %.2f USD\n", component, e.ByComponent()[component])
		}
		fmt.Fprintf(table, "  %s\t%s\t%s %s\t× %s\t= %.2f\t%s\n", l.Resource, l.What, short(l.Quantity), l.Unit, amount(l.Price), l.USD(), l.Assumption)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, missing := range e.Without {
		fmt.Fprintf(out, "without %s: %s\n", missing.Resource, missing.Why)
	}
	_, err := fmt.Fprintf(out, "%s.\nList prices on demand, before taxes, discounts and free tiers; FORMAT=markdown names the source of each.\n", e.Headline())
	return err
}

// WriteMarkdown writes the estimate as tables, every line with its source.
func (e Estimate) WriteMarkdown(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s.** List prices on demand, before taxes, discounts and free tiers.\n\n", e.Headline())
	b.WriteString("| component | resource | what | a month | price, USD | USD | assumption | source |\n|---|---|---|--:|--:|--:|---|---|\n")
	for _, l := range e.Lines {
		fmt.Fprintf(&b, "| %s | %s | %s | %s %s | %s | %.2f | %s | [%s, %s](%s) |\n",
			l.Component, l.Resource, l.What, short(l.Quantity), l.Unit, amount(l.Price), l.USD(), l.Assumption, l.Region, l.Dated, l.Source)
	}
	for _, missing := range e.Without {
		fmt.Fprintf(&b, "\nWithout %s: %s.\n", missing.Resource, missing.Why)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// WriteJSON writes the estimate for programs.
func (e Estimate) WriteJSON(out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Estimate
		Total float64 `json:"total"`
	}{e, e.Total()})
}

// short writes a quantity with as many digits as people read.
func short(quantity float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.3f", quantity), "0"), ".")
}
