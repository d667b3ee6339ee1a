package ci

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// issuer is GitHub as it signs tokens for workflows, and audience whom the tokens are for
// (https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws).
const (
	issuer   = "token.actions.githubusercontent.com"
	audience = "sts.amazonaws.com"
)

// longestSession is how long a deployment's credentials last, in seconds: a cache and a
// database with replicas take most of an hour to be made, and a roll comes after that.
// deploy.yml asks for as long.
const longestSession = 10_800

func (p *program) trustGitHub(ctx *pulumi.Context) error {
	if p.config.providerArn != "" {
		p.provider = pulumi.String(p.config.providerArn).ToStringOutput()
		return nil
	}
	provider, err := iam.NewOpenIdConnectProvider(ctx, "github", &iam.OpenIdConnectProviderArgs{
		// No thumbprint: IAM trusts GitHub's certificate by its authority.
		Url: pulumi.String("https://" + issuer), ClientIdLists: pulumi.StringArray{pulumi.String(audience)}, Tags: p.tags("github"),
	})
	if err != nil {
		return err
	}
	p.provider = provider.Arn
	return nil
}

// trust is the policy of who may take on a role: workflows with one of the subjects.
func (p *program) trust(subjects ...string) pulumi.StringOutput {
	return document(statement{
		Effect: "Allow", Action: []string{"sts:AssumeRoleWithWebIdentity"}, Principal: pulumi.StringMap{"Federated": p.provider},
		Condition: map[string]any{"StringEquals": map[string]any{issuer + ":aud": audience, issuer + ":sub": subjects}},
	})
}

// limit declares the boundary of both roles: whatever policies they get, they may do no
// more than this.
func (p *program) limit(ctx *pulumi.Context) error {
	policy, err := p.limits(ctx, "boundary", "The most that workflows of MyClothes may do", p.most())
	if err != nil {
		return err
	}
	p.boundary = policy.Arn
	return nil
}

// limitInstances declares the boundary of the role that instances have, and exports its
// ARN for the stack's configuration: who deploys writes that role's policy, and could
// give it more than the deploy role has.
func (p *program) limitInstances(ctx *pulumi.Context) error {
	policy, err := p.limits(ctx, "instances", "The most that instances of MyClothes may do", p.needed())
	if err != nil {
		return err
	}
	ctx.Export("permissionsBoundaryArn", policy.Arn)
	return nil
}

// limits declares a policy that allows what a role may do at most.
func (p *program) limits(ctx *pulumi.Context, of, description string, most []statement) (*iam.Policy, error) {
	name := p.config.name("ci-" + of)
	return iam.NewPolicy(ctx, of, &iam.PolicyArgs{
		Name: pulumi.String(name), Description: pulumi.String(description), Policy: document(most...), Tags: p.tags(name),
	})
}

// preview declares the role that looks and changes nothing: for pull requests, and on main
// for the plan of a deployment and for drift.
func (p *program) preview(ctx *pulumi.Context) error {
	return p.role(ctx, "preview", 3600, []string{"pull_request", "ref:refs/heads/main"}, map[string][]statement{
		"reads": p.reads(), "state": p.readState(),
	})
}

// deploy declares the role that a job has only in the environment, and so after its approval.
func (p *program) deploy(ctx *pulumi.Context) error {
	return p.role(ctx, "deploy", longestSession, []string{"environment:" + p.config.environment}, map[string][]statement{
		"reads": p.reads(), "network": p.changesOfNetwork(), "changes": p.changes(), "state": p.writeState(),
	})
}

// role declares a role with policies of its own, each below the 6,144 characters that one
// may have (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html),
// and exports its ARN.
func (p *program) role(ctx *pulumi.Context, does string, seconds int, contexts []string, policies map[string][]statement) error {
	var subjects []string
	for _, context := range contexts {
		subjects = append(subjects, p.config.subject(context))
	}
	name := p.config.name("ci-" + does)
	role, err := iam.NewRole(ctx, does, &iam.RoleArgs{
		Name: pulumi.String(name), Description: pulumi.String("Workflows of MyClothes: " + does),
		AssumeRolePolicy: p.trust(subjects...), MaxSessionDuration: pulumi.Int(seconds),
		PermissionsBoundary: p.boundary, Tags: p.tags(name),
	})
	if err != nil {
		return err
	}
	for _, part := range sortedKeys(policies) {
		if len(policies[part]) == 0 {
			continue
		}
		policy, err := iam.NewPolicy(ctx, does+"-"+part, &iam.PolicyArgs{
			Name: pulumi.String(name + "-" + part), Policy: document(policies[part]...), Tags: p.tags(name + "-" + part),
		})
		if err != nil {
			return err
		}
		_, err = iam.NewRolePolicyAttachment(ctx, does+"-"+part, &iam.RolePolicyAttachmentArgs{Role: role.Name, PolicyArn: policy.Arn})
		if err != nil {
			return err
		}
	}
	ctx.Export(does+"RoleArn", role.Arn)
	return nil
}
