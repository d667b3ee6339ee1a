package guards

import (
	"slices"
	"strings"

	"myclothes/infra/guards/plain"
	"myclothes/infra/guards/policy"
)

// accessRules are about IAM: what an identity may do, and who may use a resource.
var accessRules = []Rule{
	{
		Name: "policies-readable", Least: 1,
		Promise: "Every policy is a policy document.",
		about:   func(g Graph) Graph { return owners(everyPolicy(g)) },
		check: func(g Graph) judge {
			found := everyPolicy(g)
			return func(r *Resource) (problems []string) {
				for _, p := range found {
					if _, err := policy.Parse(p.policy); p.by == r && err != nil {
						problems = append(problems, p.where+" "+err.Error())
					}
				}
				return problems
			}
		},
	},
	{
		Name: "actions-named", Control: "IAM.21", Least: 1,
		Promise: "Policies of the stack's own allow actions by their names, without wildcards.",
		about:   func(g Graph) Graph { return owners(permissions(g)) },
		check: policies(permissions, func(_ Graph, s policy.Statement) (problems []string) {
			problems = problem(s.NotAction, "allows everything but some actions")
			for _, action := range s.Actions {
				problems = append(problems, problem(policy.Wildcard(action), "allows %s", action)...)
			}
			return problems
		}),
	},
	{
		Name: "resources-named", Control: "SEC03-BP02", Least: 1,
		Promise: "Policies of the stack's own are about resources of the stack.",
		about:   func(g Graph) Graph { return owners(permissions(g)) },
		check:   policies(permissions, onOwnResources),
	},
	{
		Name: "no-foreign-policies", Control: "SEC03-BP02", Least: 1,
		Promise: "Roles have no policies but the stack's own: those of AWS allow more than anybody needs.",
		about:   of(Role, RolePolicyAttachment, PolicyAttachment, GroupPolicyAttachment),
		check:   ownPolicies,
	},
	{
		Name: "roles-for-services", Control: "SEC03-BP07", Least: 1,
		Promise: "Roles are taken on by AWS services alone, which are named.",
		about:   of(Role),
		check: policies(trusts, func(_ Graph, s policy.Statement) (problems []string) {
			problems = problem(s.Everybody || len(s.Principals) == 0, "lets anybody take the role on")
			for _, p := range s.Principals {
				problems = append(problems, problem(p.Kind != "Service" || policy.Wildcard(p.Name), "lets %s %s take the role on", p.Kind, p.Name)...)
			}
			return problems
		}),
	},
	{
		Name: "resources-not-for-everybody", Control: "SEC03-BP07",
		Promise: "A resource's own policy, of a bucket, a secret or a VPC endpoint, allows nothing to everybody without a condition.",
		about:   func(g Graph) Graph { return owners(resourcePolicies(g)) },
		check: policies(resourcePolicies, func(_ Graph, s policy.Statement) []string {
			return problem(s.Everybody && len(s.Conditions) == 0, "allows everybody %s", strings.Join(s.Actions, ", "))
		}),
	},
}

// policies judges every statement that allows something, in the policies that find finds.
func policies(find func(Graph) []written, judgeStatement func(Graph, policy.Statement) []string) func(Graph) judge {
	return func(g Graph) judge {
		found := find(g)
		return func(r *Resource) []string {
			return each(found, r, func(s policy.Statement) []string { return judgeStatement(g, s) })
		}
	}
}

// onOwnResources wants each resource of a statement to be one of the graph by its ARN, or
// something within one. A wildcard stands at the end, after a slash or part of a name.
func onOwnResources(g Graph, s policy.Statement) (problems []string) {
	problems = problem(s.NotResource || len(s.Resources) == 0, "allows %s on everything but some resources", strings.Join(s.Actions, ", "))
	for _, name := range s.Resources {
		owned := slices.ContainsFunc(g, func(r *Resource) bool {
			arn, known := r.Outputs["arn"].(string)
			return known && (name == arn || strings.HasPrefix(name, arn+"/"))
		})
		problems = append(problems, problem(!owned, "allows %s on %s, which is none of the stack", strings.Join(s.Actions, ", "), name)...)
	}
	return problems
}

func ownPolicies(g Graph) judge {
	return func(r *Resource) (problems []string) {
		for _, property := range []string{"managedPolicyArns", "policyArn"} {
			for _, arn := range plain.Strings(r.Input(property)) {
				own := g.Of(Policy).where(func(p *Resource) bool { return p.isCalled(arn) })
				problems = append(problems, problem(len(own) == 0, "%s names %s, which is none of the stack", property, arn)...)
			}
		}
		return problems
	}
}
