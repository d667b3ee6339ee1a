// Package policy reads IAM policy documents, as far as rules are about them ("IAM JSON policy elements", AWS Identity and
// Access Management User Guide).
package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"myclothes/infra/guards/plain"
)

// Document is an IAM policy document, as far as rules read it.
type Document struct{ Statements []Statement }

// Statement is one statement of a policy. Where IAM allows one string or a list of them,
// there is a list here.
type Statement struct {
	Effect                 string // "Allow" or "Deny"
	Actions, Resources     []string
	NotAction, NotResource bool // everything but some
	Principals             []Principal
	Everybody              bool // among its principals, also as NotPrincipal
	Conditions             map[string]any
}

// Principal is who a statement is about: a kind ("AWS", "Service", "Federated") and a name.
type Principal struct{ Kind, Name string }

// Parse reads a policy's JSON. It is nil when only an update will tell what it says.
func Parse(policy any) (*Document, error) {
	if plain.IsUnknown(policy) {
		return nil, nil
	}
	source, _ := policy.(string)
	var raw struct {
		Statement any
	}
	if err := json.Unmarshal([]byte(source), &raw); err != nil {
		return nil, fmt.Errorf("is no policy document: %w", err)
	}
	statements := plain.List(raw.Statement)
	if one, ok := raw.Statement.(map[string]any); ok {
		statements = []any{one}
	}
	d := &Document{}
	for _, element := range statements {
		fields, _ := element.(map[string]any)
		d.Statements = append(d.Statements, newStatement(fields))
	}
	return d, nil
}

func newStatement(fields map[string]any) Statement {
	s := Statement{Actions: plain.Strings(fields["Action"]), Resources: plain.Strings(fields["Resource"])}
	s.Effect, _ = fields["Effect"].(string)
	s.NotAction = fields["NotAction"] != nil
	s.NotResource = fields["NotResource"] != nil
	s.Conditions, _ = fields["Condition"].(map[string]any)
	s.Everybody = fields["Principal"] == "*" || fields["NotPrincipal"] != nil
	named, _ := fields["Principal"].(map[string]any)
	for kind, names := range named {
		for _, name := range plain.Strings(names) {
			s.Principals = append(s.Principals, Principal{kind, name})
			s.Everybody = s.Everybody || kind == "AWS" && name == "*"
		}
	}
	return s
}

// Allows returns the statements that allow something.
func (d *Document) Allows() []Statement {
	return slices.DeleteFunc(slices.Clone(d.Statements), func(s Statement) bool { return s.Effect != "Allow" })
}

// Denies says whether a statement denies everybody an action where a condition holds, and
// no further one is asked for.
func (s Statement) Denies(operator, key, value, action string) bool {
	condition, _ := s.Conditions[operator].(map[string]any)
	return s.Effect == "Deny" && s.Everybody && len(s.Conditions) == 1 && len(condition) == 1 &&
		slices.Equal(plain.Strings(condition[key]), []string{value}) && slices.Contains(s.Actions, action)
}

// Covers says whether a statement is about something and about all that is in it.
func (s Statement) Covers(arn string) bool {
	return slices.Contains(s.Resources, arn) && slices.Contains(s.Resources, arn+"/*")
}

// Wildcard says whether a name stands for more than itself.
func Wildcard(name string) bool { return strings.ContainsAny(name, "*?") }
