package ci

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// statement is a statement of an IAM policy document.
type statement struct {
	Effect    string
	Principal pulumi.Input // nil in policies of identities
	Action    []string
	Resource  []pulumi.StringInput
	Condition map[string]any
}

// document renders statements as a policy's JSON.
func document(statements ...statement) pulumi.StringOutput {
	rendered := pulumi.Array{}
	for _, s := range statements {
		fields := pulumi.Map{"Effect": pulumi.String(s.Effect), "Action": pulumi.ToStringArray(s.Action)}
		if s.Principal != nil {
			fields["Principal"] = s.Principal
		}
		if s.Resource != nil {
			fields["Resource"] = pulumi.StringArray(s.Resource)
		}
		if s.Condition != nil {
			fields["Condition"] = pulumi.Any(s.Condition)
		}
		rendered = append(rendered, fields)
	}
	return pulumi.JSONMarshal(pulumi.Map{"Version": pulumi.String("2012-10-17"), "Statement": rendered})
}

// named are resources by their ARNs.
func named(arns ...string) (all []pulumi.StringInput) {
	for _, arn := range arns {
		all = append(all, pulumi.String(arn))
	}
	return all
}

// sortedKeys is the order in which resources are declared, the same in every run.
func sortedKeys[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }
