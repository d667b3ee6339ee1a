package infra

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// statement is a statement of an IAM policy document.
type statement struct {
	Effect    string
	Principal any `json:",omitempty"`
	Action    []string
	Resource  []any          `json:",omitempty"` // strings or pulumi.StringOutput
	Condition map[string]any `json:",omitempty"`
}

// policyDocument renders statements as a policy's JSON.
func policyDocument(statements ...statement) pulumi.StringOutput {
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

// identity is what an instance may do in AWS.
type identity struct {
	profile *iam.InstanceProfile
	policy  *iam.RolePolicy
}

// newIdentity declares a role that EC2 instances take on, with exactly the given
// permissions.
func newIdentity(ctx *pulumi.Context, name string, permissions []statement, tags tagger, parent pulumi.Resource) (identity, error) {
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		AssumeRolePolicy: policyDocument(statement{
			Effect: "Allow", Action: []string{"sts:AssumeRole"}, Principal: map[string]string{"Service": "ec2.amazonaws.com"},
		}),
		Description: pulumi.String("MyClothes instances"),
		Tags:        tags.named(name),
	}, pulumi.Parent(parent))
	if err != nil {
		return identity{}, err
	}
	policy, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{
		Role:   role.Name,
		Policy: policyDocument(permissions...),
	}, pulumi.Parent(parent))
	if err != nil {
		return identity{}, err
	}
	profile, err := iam.NewInstanceProfile(ctx, name, &iam.InstanceProfileArgs{
		Role: role.Name,
		Tags: tags.named(name),
	}, pulumi.Parent(parent))
	return identity{profile: profile, policy: policy}, err
}
