package guards

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// document is an IAM policy document, as far as rules read it.
type document struct{ statements []statement }

// statement is one statement of a policy. Where IAM allows one string or a list of them,
// there is a list here.
type statement struct {
	effect              string
	actions, resources  []string
	notAction, notNamed bool // NotAction, NotResource: everything but
	principals          []principal
	everybody           bool // among its principals, also as NotPrincipal
	conditions          map[string]any
}

// principal is who a statement is about: a kind ("AWS", "Service", "Federated") and a name.
type principal struct{ kind, name string }

// parse reads a policy's JSON. It is nil when only an update will tell what it says.
func parse(policy any) (*document, error) {
	if isUnknown(policy) {
		return nil, nil
	}
	source, _ := policy.(string)
	var raw struct {
		Statement any
	}
	if err := json.Unmarshal([]byte(source), &raw); err != nil {
		return nil, fmt.Errorf("is no policy document: %w", err)
	}
	statements := list(raw.Statement)
	if one, ok := raw.Statement.(map[string]any); ok {
		statements = []any{one}
	}
	d := &document{}
	for _, element := range statements {
		fields, _ := element.(map[string]any)
		d.statements = append(d.statements, newStatement(fields))
	}
	return d, nil
}

func newStatement(fields map[string]any) statement {
	s := statement{actions: stringsOf(fields["Action"]), resources: stringsOf(fields["Resource"])}
	s.effect, _ = fields["Effect"].(string)
	s.notAction = fields["NotAction"] != nil
	s.notNamed = fields["NotResource"] != nil
	s.conditions, _ = fields["Condition"].(map[string]any)
	s.everybody = fields["Principal"] == "*" || fields["NotPrincipal"] != nil
	named, _ := fields["Principal"].(map[string]any)
	for kind, names := range named {
		for _, name := range stringsOf(names) {
			s.principals = append(s.principals, principal{kind, name})
			s.everybody = s.everybody || kind == "AWS" && name == "*"
		}
	}
	return s
}

// allows returns the statements that allow something.
func (d *document) allows() []statement {
	return slices.DeleteFunc(slices.Clone(d.statements), func(s statement) bool { return s.effect != "Allow" })
}

// denies says whether a statement denies everybody an action where a condition holds, and
// no further one is asked for.
func (s statement) denies(operator, key, value, action string) bool {
	condition, _ := s.conditions[operator].(map[string]any)
	return s.effect == "Deny" && s.everybody && len(s.conditions) == 1 && len(condition) == 1 &&
		slices.Equal(stringsOf(condition[key]), []string{value}) && slices.Contains(s.actions, action)
}

// covers says whether a statement is about something and about all that is in it.
func (s statement) covers(arn string) bool {
	return slices.Contains(s.resources, arn) && slices.Contains(s.resources, arn+"/*")
}

// wildcard says whether a name stands for more than itself.
func wildcard(name string) bool { return strings.ContainsAny(name, "*?") }

// written is a policy document where a resource has it.
type written struct {
	by     *Resource
	policy any
	where  string
}

// permissions are the policies that say what an identity may do: those of their own and
// those within a role.
func permissions(g Graph) (all []written) {
	for _, r := range g.Of(RolePolicy, Policy) {
		all = append(all, written{r, r.Input("policy"), "policy"})
	}
	for _, r := range g.Of(Role) {
		for i := range list(r.Input("inlinePolicies")) {
			all = append(all, written{r, r.Input("inlinePolicies", i, "policy"), fmt.Sprintf("inlinePolicies[%d]", i)})
		}
	}
	return all
}

// resourcePolicies are the policies that say who may use a resource.
func resourcePolicies(g Graph) (all []written) {
	for _, r := range g.Of(BucketPolicy, Bucket, SecretPolicy, Secret, VpcEndpoint) {
		if policy := r.Input("policy"); policy != nil {
			all = append(all, written{r, policy, "policy"})
		}
	}
	return all
}

func trusts(g Graph) (all []written) {
	for _, r := range g.Of(Role) {
		all = append(all, written{r, r.Input("assumeRolePolicy"), "assumeRolePolicy"})
	}
	return all
}

// everyPolicy is all policies of whatever kind.
func everyPolicy(g Graph) []written {
	return slices.Concat(permissions(g), trusts(g), resourcePolicies(g))
}

// owners returns the resources that have the policies, each once.
func owners(policies []written) (all Graph) {
	for _, p := range policies {
		if !slices.Contains(all, p.by) {
			all = append(all, p.by)
		}
	}
	return all
}

// each calls judge with every statement that allows something in the policies that r has.
func each(policies []written, r *Resource, judge func(s statement) []string) (problems []string) {
	for _, p := range policies {
		if p.by != r {
			continue
		}
		d, err := parse(p.policy)
		if err != nil || d == nil {
			continue // a rule of its own wants policies that can be read
		}
		for _, s := range d.allows() {
			for _, problem := range judge(s) {
				problems = append(problems, p.where+" "+problem)
			}
		}
	}
	return problems
}
