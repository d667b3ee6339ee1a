// Package ci declares what the workflows on GitHub need in the AWS account: an OIDC
// provider, a role that previews and one that deploys, the boundary of both, that of the
// instances' role, and where the state of the stack is. It is a Pulumi project of its own, which a person with the
// right to change roles deploys: what deploys the shop must not widen what it may do.
package ci

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Deploy declares all of it. Nothing is registered when its configuration is refused.
func Deploy(ctx *pulumi.Context) error {
	config, err := loadConfig(ctx)
	if err != nil {
		return err
	}
	where, err := locate(ctx)
	if err != nil {
		return err
	}
	p := &program{config: config, account: where}
	p.instances = p.arn("iam::ACCOUNT:policy/" + config.name("ci-instances"))
	for _, step := range []func(*pulumi.Context) error{p.trustGitHub, p.keepState, p.limit, p.limitInstances, p.preview, p.deploy} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// program is what has been declared so far. A step uses only what earlier ones set.
type program struct {
	config  config
	account account

	provider pulumi.StringOutput // ARN of the OIDC provider
	state    *state              // nil when it is in Pulumi Cloud
	boundary pulumi.StringOutput // ARN of the policy that bounds both roles
	// instances is the ARN of the policy that bounds each role that the deploy role makes.
	// It is in conditions, which are plain values, so it is made of names.
	instances string
}

// account is where everything is declared.
type account struct{ partition, id, region string }

func locate(ctx *pulumi.Context) (account, error) {
	identity, err := aws.GetCallerIdentity(ctx, &aws.GetCallerIdentityArgs{})
	if err != nil {
		return account{}, err
	}
	partition, err := aws.GetPartition(ctx, &aws.GetPartitionArgs{})
	if err != nil {
		return account{}, err
	}
	region, err := aws.GetRegion(ctx, &aws.GetRegionArgs{})
	if err != nil {
		return account{}, err
	}
	return account{partition.Partition, identity.AccountId, region.Name}, nil
}

// tags are those of everything here; the project is not the stack's, so the deploy role
// may change nothing of it.
func (p *program) tags(name string) pulumi.StringMap {
	return pulumi.StringMap{"Name": pulumi.String(name), "Project": pulumi.String(p.config.name("ci")), "ManagedBy": pulumi.String("pulumi")}
}
