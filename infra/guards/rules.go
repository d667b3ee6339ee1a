package guards

import (
	"fmt"
	"slices"
	"strings"

	"myclothes/infra/guards/plain"
)

// Rule is something that must be true of every stack, whatever its configuration.
type Rule struct {
	Name    string // short, with hyphens, and the same for life
	Promise string // what is so when the rule holds, as a sentence
	// Control is the id of the practice that asks for it: of AWS Foundational Security Best
	// Practices ("RDS.3"), AWS Control Tower ("CT.EC2.PR.2"), or the Well-Architected
	// Framework ("SEC05-BP02"). Empty where AWS has none and this project has its reasons.
	Control string
	// Least is how many resources every stack has that the rule is about. A rule that finds
	// fewer is broken: it would hold by having nothing to look at.
	Least int

	about func(Graph) Graph
	check func(Graph) judge
}

// judge looks at one resource and returns what is wrong with it.
type judge func(*Resource) []string

// Finding is a broken rule.
type Finding struct {
	Rule     string
	Resource *Resource // nil when something is missing altogether
	Problem  string
}

// String names rule, resource and what is wrong.
func (f Finding) String() string {
	if f.Resource == nil {
		return f.Rule + ": " + f.Problem
	}
	return fmt.Sprintf("%s: %v: %s", f.Rule, f.Resource, f.Problem)
}

// About returns the resources that the rule looks at.
func (r Rule) About(g Graph) Graph { return r.about(g) }

// Check returns what breaks the rule, nothing when it holds.
func (r Rule) Check(g Graph) (findings []Finding) {
	about := r.about(g)
	if len(about) < r.Least {
		findings = append(findings, Finding{r.Name, nil, fmt.Sprintf("it is about at least %d resources, and there are %d", r.Least, len(about))})
	}
	judge := r.check(g)
	for _, resource := range about {
		for _, problem := range judge(resource) {
			findings = append(findings, Finding{r.Name, resource, problem})
		}
	}
	return findings
}

// Rules are all rules, by what they are about.
var Rules = slices.Concat(stackRules, networkRules, accessRules, secretRules, dataRules, webRules, fleetRules)

// Check returns what breaks any of the rules, in their order.
func Check(g Graph) (findings []Finding) {
	for _, rule := range Rules {
		findings = append(findings, rule.Check(g)...)
	}
	return findings
}

// of is about the resources of some types.
func of(types ...string) func(Graph) Graph {
	return func(g Graph) Graph { return g.Of(types...) }
}

// alone judges each resource by itself, whatever else there is.
func alone(j judge) func(Graph) judge { return func(Graph) judge { return j } }

// input is a judge who wants an input to have a value, where it is known.
func input(want any, path ...any) judge {
	return func(r *Resource) []string {
		got := r.Input(path...)
		return problem(got != want && !plain.IsUnknown(got), "%s is %s, not %s", dotted(path), shown(got), shown(want))
	}
}

// both judges hear a case.
func both(judges ...judge) func(Graph) judge {
	return alone(func(r *Resource) (problems []string) {
		for _, judge := range judges {
			problems = append(problems, judge(r)...)
		}
		return problems
	})
}

// dotted writes a path as people do: blockDeviceMappings.0.ebs.
func dotted(path []any) string {
	words := make([]string, len(path))
	for i, step := range path {
		words[i] = fmt.Sprint(step)
	}
	return strings.Join(words, ".")
}

func shown(value any) string {
	if value == nil {
		return "not set"
	}
	return fmt.Sprintf("%v", value)
}

// problem returns a problem when something is wrong, and none if not.
func problem(wrong bool, format string, args ...any) []string {
	if !wrong {
		return nil
	}
	return []string{fmt.Sprintf(format, args...)}
}
