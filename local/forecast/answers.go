package forecast

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"myclothes/infra/guards"
	"myclothes/local/engine"
	"myclothes/local/engine/legible"
)

// change is what is asked about.
type change struct {
	plan          *engine.Plan
	before, after guards.Graph
	refused       []string
}

// answerers answer the questions. Whoever has no reason says no.
var answerers = [len(questions)]func(*change) Answer{
	DataLost: dataLost, Interrupted: interrupted, CartsLost: cartsLost, Reach: reach, Rolls: rolls, Cost: costs,
}

// conclude draws the verdict from the reasons.
func conclude(question Question, answer Answer) Answer {
	answer.Question, answer.Verdict = question, No
	for _, reason := range answer.Because {
		if reason.Verdict == Yes || answer.Verdict == No {
			answer.Verdict = reason.Verdict
		}
	}
	order := []Verdict{Yes, Unknown, No}
	slices.SortStableFunc(answer.Because, func(a, b Reason) int { return slices.Index(order, a.Verdict) - slices.Index(order, b.Verdict) })
	return answer
}

// fresh says that nothing was there before.
func (c *change) fresh() bool {
	return len(c.before.Of(guards.AutoScalingGroup, guards.DBInstance, guards.ReplicationGroup, guards.LoadBalancer, guards.Table)) == 0
}

// refuse notes what would not be carried out.
func (c *change) refuse(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(c.refused, text) {
		c.refused = append(c.refused, text)
	}
}

// block refuses what protect stops, and adds to an answer what is not known because the
// engine ended its preview there.
func (c *change) block(a *Answer) {
	for _, urn := range c.plan.Blocked {
		was := at(c.before, urn)
		title := engine.Change{Type: was.Type, Name: was.Name}.Title()
		c.refuse("Pulumi refuses to replace or delete %s, which has protect: the update stops before it begins", title)
		if c.plan.Cut {
			a.Because = append(a.Because, Reason{Verdict: Unknown, URN: urn,
				Text: "Pulumi ends the preview at " + title + ", which has protect: what else would change is not known"})
		}
	}
}

func at(g guards.Graph, urn string) *guards.Resource {
	for _, r := range g {
		if r.URN == urn {
			return r
		}
	}
	return &guards.Resource{} // without any input
}

// was and is are the resource before and after; one without inputs where there is none.
func (c *change) was(ch engine.Change) *guards.Resource { return at(c.before, ch.URN) }
func (c *change) is(ch engine.Change) *guards.Resource  { return at(c.after, ch.URN) }

// changes are those of resources of AWS and of the state, without components. With types,
// only theirs.
func (c *change) changes(types ...string) (all []engine.Change) {
	for _, ch := range c.plan.Changes {
		component := c.was(ch).Component || c.is(ch).Component
		if !component && (len(types) == 0 || slices.Contains(types, ch.Type)) {
			all = append(all, ch)
		}
	}
	return all
}

// gone says whether the resource that was there is deleted for good.
func (c *change) gone(ch engine.Change) bool {
	return (ch.Operation == engine.Delete || ch.Operation == engine.Replace) && !c.was(ch).RetainOnDelete
}

// root is the property that a path begins with.
func root(path string) string {
	if i := strings.IndexAny(path, ".["); i > 0 {
		return path[:i]
	}
	return path
}

// fate says in words what becomes of a resource, and because of what.
func fate(ch engine.Change) string {
	if ch.Operation != engine.Replace {
		return ch.Title() + " is " + map[engine.Operation]string{engine.Create: "created", engine.Update: "updated", engine.Delete: "deleted"}[ch.Operation]
	}
	text := ch.Title() + " is replaced"
	if ch.Order != "" {
		text += ", " + string(ch.Order)
	}
	var causes []string
	for _, p := range ch.Properties {
		if p.Replaces {
			causes = append(causes, turn(p))
		}
	}
	if len(causes) > 0 {
		text += ", because of " + strings.Join(causes, " and ")
	}
	return text
}

// turn says from what to what a property changes.
func turn(p engine.Property) string {
	if p.Lines != nil {
		return p.Path
	}
	return fmt.Sprintf("%s: %s → %s", p.Path, shown(p.Old), shown(p.New))
}

// shown is a value in a sentence.
func shown(value any) string {
	const most = 60
	text, isText := value.(string)
	switch {
	case value == nil:
		return "none"
	case !isText:
		encoded, err := json.Marshal(value)
		if err != nil {
			return fmt.Sprint(value)
		}
		text = string(encoded)
	}
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// isUnknown says whether only the update will tell a value.
func isUnknown(value any) bool { return value == legible.Unknown }

// number is a value that is a number, and whether it is one.
func number(value any) (float64, bool) {
	n, ok := value.(float64)
	return n, ok
}
