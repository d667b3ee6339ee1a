package guards

import (
	"fmt"
	"slices"

	"myclothes/infra/guards/plain"
	"myclothes/infra/guards/policy"
)

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
		for i := range plain.List(r.Input("inlinePolicies")) {
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
func each(policies []written, r *Resource, judge func(s policy.Statement) []string) (problems []string) {
	for _, p := range policies {
		if p.by != r {
			continue
		}
		d, err := policy.Parse(p.policy)
		if err != nil || d == nil {
			continue // a rule of its own wants policies that can be read
		}
		for _, s := range d.Allows() {
			for _, problem := range judge(s) {
				problems = append(problems, p.where+" "+problem)
			}
		}
	}
	return problems
}
