package cost

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"myclothes/infra/guards"
)

// Hours is how many hours a month has, as AWS counts them: 365 × 24 / 12.
const Hours = 730

// Line is what one resource costs a month for one reason.
type Line struct {
	Component  string  `json:"component"` // the outermost that the resource is in; the stack's name for one in none
	Resource   string  `json:"resource"`  // logical name
	What       string  `json:"what"`      // as the price table calls it
	Quantity   float64 `json:"quantity"`  // a month
	Unit       string  `json:"unit"`
	Price      float64 `json:"price"`  // USD for one unit
	Region     string  `json:"region"` // whose price it is
	Source     string  `json:"source"`
	Dated      string  `json:"dated"`
	Assumption string  `json:"assumption,omitempty"` // what the quantity takes for granted
}

// USD is what the line comes to.
func (l Line) USD() float64 { return l.Quantity * l.Price }

// Unpriced is what an estimate is without.
type Unpriced struct {
	Resource string `json:"resource"` // type and logical name
	Why      string `json:"why"`      // with how much there is of it, so that it differs when that does
}

// Estimate is what a stack costs a month.
type Estimate struct {
	Region  string     `json:"region"` // of the stack; empty if its graph does not tell
	Lines   []Line     `json:"lines"`  // in order of component, resource and what it is
	Without []Unpriced `json:"without"`
}

// Of estimates what a graph costs a month, used like that; nil is the defaults.
func Of(g guards.Graph, usage Usage) Estimate {
	e := &estimator{graph: g, usage: usage, Estimate: Estimate{Region: regionOf(g), Lines: []Line{}, Without: []Unpriced{}}}
	for _, r := range g {
		price, priced := priced[r.Type]
		switch {
		case priced:
			price(e, r)
		case Free(r) == "":
			e.without(r, "the table has no prices for its type")
		}
	}
	slices.SortStableFunc(e.Lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Component, b.Component), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.What, b.What))
	})
	return e.Estimate
}

// Total is the sum of all lines, without what is not priced.
func (e Estimate) Total() (usd float64) {
	for _, l := range e.Lines {
		usd += l.USD()
	}
	return usd
}

// Borrowed counts the lines at the price of another region than the stack's, because the
// table has none for that.
func (e Estimate) Borrowed() (lines int) {
	for _, l := range e.Lines {
		if l.Region != e.Region {
			lines++
		}
	}
	return lines
}

// estimator collects lines.
type estimator struct {
	graph guards.Graph
	usage Usage
	Estimate
}

// add counts a quantity of an item. What one of a unit of many is, like a million, the
// quantity already tells.
func (e *estimator) add(r *guards.Resource, quantity float64, item string, assumption ...string) {
	p, ok := find(item, e.Region)
	if !ok {
		e.without(r, fmt.Sprintf("the table has no price for %s, of which it is %s a month", item, short(quantity)))
		return
	}
	e.Lines = append(e.Lines, Line{
		Component: e.component(r), Resource: r.Name, What: item, Quantity: quantity, Unit: p.unit, Price: p.usd,
		Region: p.region, Source: p.source.url, Dated: p.source.dated, Assumption: strings.Join(assumption, "; "),
	})
}

func (e *estimator) without(r *guards.Resource, why string) {
	e.Without = append(e.Without, Unpriced{r.String(), why})
}

// component names the outermost component that a resource is in, below the stack.
func (e *estimator) component(r *guards.Resource) string {
	name := r.Name
	for at := r; at != nil && at.Type != guards.Stack; at = e.parent(at) {
		if at.Component {
			name = at.Name
		}
	}
	return name
}

func (e *estimator) parent(r *guards.Resource) *guards.Resource {
	i := slices.IndexFunc(e.graph, func(c *guards.Resource) bool { return c.URN == r.Parent })
	if i < 0 {
		return nil
	}
	return e.graph[i]
}

// regionOf reads the region from the name of a service that the network has an endpoint
// for, com.amazonaws.REGION.SERVICE.
func regionOf(g guards.Graph) string {
	for _, r := range g.Of(guards.VpcEndpoint) {
		name, _ := r.Input("serviceName").(string)
		if parts := strings.Split(name, "."); len(parts) >= 4 {
			return parts[2]
		}
	}
	return ""
}

// number reads an input that is a number. One that is not declared is zero. If only an
// update will tell it, the resource is without a price because of it.
func (e *estimator) number(r *guards.Resource, path ...any) (value float64, known bool) {
	switch input := r.Input(path...).(type) {
	case nil:
		return 0, true
	case float64:
		return input, true
	case string:
		if _, err := fmt.Sscan(input, &value); err == nil {
			return value, true
		}
	}
	e.without(r, fmt.Sprintf("only an update will tell its %v", path))
	return 0, false
}

// word reads an input that is text, like number.
func (e *estimator) word(r *guards.Resource, path ...any) (value string, known bool) {
	value, known = r.Input(path...).(string)
	if !known {
		e.without(r, fmt.Sprintf("only an update will tell its %v", path))
	}
	return value, known
}
