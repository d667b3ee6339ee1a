package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
	"myclothes/infra/network"
)

// credentials is a generated secret in Secrets Manager. The value is made once and
// kept, encrypted, in the Pulumi state; instances get the ARN and fetch the rest.
type credentials struct {
	arn     pulumi.StringOutput
	version *secretsmanager.SecretVersion
}

// readable lets instances read secrets, which have to be there when they boot.
func readable(secrets ...credentials) (c conventions.Contribution) {
	for _, s := range secrets {
		c.Add(conventions.Contribution{
			Services:   []string{"secretsmanager"},
			Statements: []conventions.Statement{conventions.Allow([]pulumi.StringOutput{s.arn}, "secretsmanager:GetSecretValue")},
			BeforeBoot: []pulumi.Resource{s.version},
		})
	}
	return c
}

// newCredentials stores fields as one JSON object.
func newCredentials(ctx *pulumi.Context, name string, fields pulumi.Map, site network.Site, parent pulumi.Resource) (credentials, error) {
	secret, err := secretsmanager.NewSecret(ctx, name, &secretsmanager.SecretArgs{
		Description:          pulumi.String("MyClothes " + name),
		RecoveryWindowInDays: pulumi.Int(site.Retention.SecretRecoveryDays),
		Tags:                 site.Tags.Named(name),
	}, pulumi.Parent(parent))
	if err != nil {
		return credentials{}, err
	}
	version, err := secretsmanager.NewSecretVersion(ctx, name, &secretsmanager.SecretVersionArgs{
		SecretId:     secret.ID(),
		SecretString: pulumi.JSONMarshal(fields),
	}, pulumi.Parent(parent))
	if err != nil {
		return credentials{}, err
	}
	return credentials{arn: secret.Arn, version: version}, nil
}

// newPassword generates letters and digits only: RDS and ElastiCache each refuse
// other characters.
func newPassword(ctx *pulumi.Context, name string, length int, parent pulumi.Resource) (pulumi.StringOutput, error) {
	password, err := random.NewRandomPassword(ctx, name, &random.RandomPasswordArgs{
		Length:  pulumi.Int(length),
		Special: pulumi.Bool(false),
	}, pulumi.Parent(parent))
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return password.Result, nil
}
