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

// newIdentity declares a role that EC2 instances take on, with exactly the permissions
// that the other parts ask for, within the boundary if one is configured.
func newIdentity(ctx *pulumi.Context, name string, args *AutoScalingGroupArgs, parent pulumi.Resource) (identity, error) {
	tags := args.Tags
	asked := &iam.RoleArgs{
		AssumeRolePolicy: conventions.PolicyDocument(conventions.Statement{
			Effect: "Allow", Action: []string{"sts:AssumeRole"}, Principal: map[string]string{"Service": "ec2.amazonaws.com"},
		}),
		Description: pulumi.String("MyClothes instances"),
		Tags:        tags.Named(name),
	}
	if args.BoundaryArn != "" { // an empty one is not the same as none: IAM refuses it
		asked.PermissionsBoundary = pulumi.String(args.BoundaryArn)
	}
	role, err := iam.NewRole(ctx, name, asked, pulumi.Parent(parent))
	if err != nil {
		return identity{}, err
	}
	policy, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{
		Role:   role.Name,
		Policy: conventions.PolicyDocument(conventions.Merged(args.Asked.Statements)...),
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
