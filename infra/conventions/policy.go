package conventions

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Statement is a statement of an IAM policy document.
type Statement struct {
	Effect    string
	Principal any `json:",omitempty"`
	Action    []string
	Resource  []any          `json:",omitempty"` // strings or pulumi.StringOutput
	Condition map[string]any `json:",omitempty"`
}

// PolicyDocument renders statements as a policy's JSON.
func PolicyDocument(statements ...Statement) pulumi.StringOutput {
	rendered := pulumi.Array{}
	for _, s := range statements {
		fields := pulumi.Map{"Effect": pulumi.String(s.Effect), "Action": pulumi.ToStringArray(s.Action)}
		if s.Principal != nil {
			fields["Principal"] = pulumi.Any(s.Principal)
		}
		if s.Resource != nil {
			fields["Resource"] = pulumi.ToArray(s.Resource)
		}
		if s.Condition != nil {
			fields["Condition"] = pulumi.Any(s.Condition)
		}
		rendered = append(rendered, fields)
	}
	return pulumi.JSONMarshal(pulumi.Map{"Version": pulumi.String("2012-10-17"), "Statement": rendered})
}

// Allow permits actions on resources, which are ARNs.
func Allow(resources []pulumi.StringOutput, actions ...string) Statement {
	s := Statement{Effect: "Allow", Action: actions}
	for _, r := range resources {
		s.Resource = append(s.Resource, r)
	}
	return s
}

// Merged makes one statement of those that allow the same actions, so that a policy stays
// below what IAM accepts however many parts contribute to it. Statements with a condition
// or a principal stay as they are.
func Merged(statements []Statement) (merged []Statement) {
	for _, s := range statements {
		i := slices.IndexFunc(merged, func(m Statement) bool {
			return m.Effect == s.Effect && slices.Equal(m.Action, s.Action) && m.plain() && s.plain()
		})
		if i < 0 {
			merged = append(merged, s)
			continue
		}
		merged[i].Resource = slices.Concat(merged[i].Resource, s.Resource)
	}
	return merged
}

func (s Statement) plain() bool { return s.Principal == nil && s.Condition == nil }
