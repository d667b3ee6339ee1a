package conventions

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

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
