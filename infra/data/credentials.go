package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
)

// Credentials is a generated secret in Secrets Manager. The value is made once and
// kept, encrypted, in the Pulumi state; instances get the ARN and fetch the rest.
type Credentials struct {
	Arn     pulumi.StringOutput
	Version *secretsmanager.SecretVersion
}

// newCredentials stores fields as one JSON object.
func newCredentials(ctx *pulumi.Context, name string, fields pulumi.Map, keep conventions.Retention, tags conventions.Tags, parent pulumi.Resource) (Credentials, error) {
	secret, err := secretsmanager.NewSecret(ctx, name, &secretsmanager.SecretArgs{
		Description:          pulumi.String("MyClothes " + name),
		RecoveryWindowInDays: pulumi.Int(keep.SecretRecoveryDays),
		Tags:                 tags.Named(name),
	}, pulumi.Parent(parent))
	if err != nil {
		return Credentials{}, err
	}
	version, err := secretsmanager.NewSecretVersion(ctx, name, &secretsmanager.SecretVersionArgs{
		SecretId:     secret.ID(),
		SecretString: pulumi.JSONMarshal(fields),
	}, pulumi.Parent(parent))
	if err != nil {
		return Credentials{}, err
	}
	return Credentials{Arn: secret.Arn, Version: version}, nil
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
