package fleet

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
)

// identity is what an instance may do in AWS.
type identity struct {
	profile *iam.InstanceProfile
	policy  *iam.RolePolicy
}

// newIdentity declares a role that EC2 instances take on, with exactly the given
// permissions.
func newIdentity(ctx *pulumi.Context, name string, permissions []conventions.Statement, tags conventions.Tags, parent pulumi.Resource) (identity, error) {
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		AssumeRolePolicy: conventions.PolicyDocument(conventions.Statement{
			Effect: "Allow", Action: []string{"sts:AssumeRole"}, Principal: map[string]string{"Service": "ec2.amazonaws.com"},
		}),
		Description: pulumi.String("MyClothes instances"),
		Tags:        tags.Named(name),
	}, pulumi.Parent(parent))
	if err != nil {
		return identity{}, err
	}
	policy, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{
		Role:   role.Name,
		Policy: conventions.PolicyDocument(conventions.Merged(permissions)...),
	}, pulumi.Parent(parent))
	if err != nil {
		return identity{}, err
	}
	profile, err := iam.NewInstanceProfile(ctx, name, &iam.InstanceProfileArgs{
		Role: role.Name,
		Tags: tags.Named(name),
	}, pulumi.Parent(parent))
	return identity{profile: profile, policy: policy}, err
}
