package ci

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// state is where Pulumi keeps what it knows of the stack, and the key that encrypts the
// secrets in it.
type state struct {
	bucket *s3.BucketV2
	key    *kms.Key
}

// keptVersions is how long what a state was before is kept, in days.
const keptVersions = 90

// keepState declares bucket and key. Both outlive a mistaken pulumi destroy: without the
// state, or its key, nobody can change or delete what runs in an orderly way.
func (p *program) keepState(ctx *pulumi.Context) error {
	if p.config.cloud {
		return nil
	}
	name := p.config.name("ci-state")
	key, err := kms.NewKey(ctx, "state", &kms.KeyArgs{
		Description: pulumi.String("Secrets and state of " + p.config.project), EnableKeyRotation: pulumi.Bool(true),
		DeletionWindowInDays: pulumi.Int(30), Tags: p.tags(name),
	}, pulumi.Protect(true))
	if err != nil {
		return err
	}
	alias, err := kms.NewAlias(ctx, "state", &kms.AliasArgs{Name: pulumi.String("alias/" + name), TargetKeyId: key.KeyId})
	if err != nil {
		return err
	}
	bucket, err := s3.NewBucketV2(ctx, "state", &s3.BucketV2Args{
		BucketPrefix: pulumi.String(name + "-"), Tags: p.tags(name),
	}, pulumi.Protect(true))
	if err != nil {
		return err
	}
	p.state = &state{bucket, key}
	ctx.Export("backendUrl", pulumi.Sprintf("s3://%s?region=%s", bucket.Bucket, p.account.region))
	ctx.Export("secretsProvider", pulumi.Sprintf("awskms://%s?region=%s", alias.Name, p.account.region))
	return p.guardState(ctx)
}

// guardState closes the bucket, encrypts it, and keeps its versions.
func (p *program) guardState(ctx *pulumi.Context) error {
	bucket := p.state.bucket
	if _, err := s3.NewBucketPublicAccessBlock(ctx, "state", &s3.BucketPublicAccessBlockArgs{
		Bucket: bucket.ID(), BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}); err != nil {
		return err
	}
	if _, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, "state", &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: bucket.ID(),
		Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm: pulumi.String("aws:kms"), KmsMasterKeyId: p.state.key.Arn,
			},
			BucketKeyEnabled: pulumi.Bool(true),
		}},
	}); err != nil {
		return err
	}
	versioning, err := s3.NewBucketVersioningV2(ctx, "state", &s3.BucketVersioningV2Args{
		Bucket:                  bucket.ID(),
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	})
	if err != nil {
		return err
	}
	if _, err := s3.NewBucketLifecycleConfigurationV2(ctx, "state", &s3.BucketLifecycleConfigurationV2Args{
		Bucket: bucket.ID(),
		Rules: s3.BucketLifecycleConfigurationV2RuleArray{s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String("earlier"), Status: pulumi.String("Enabled"), Filter: s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
			NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{NoncurrentDays: pulumi.Int(keptVersions)},
		}},
	}, pulumi.DependsOn([]pulumi.Resource{versioning})); err != nil {
		return err
	}
	_, err = s3.NewBucketPolicy(ctx, "state", &s3.BucketPolicyArgs{Bucket: bucket.ID(), Policy: document(statement{
		Effect: "Deny", Principal: pulumi.String("*"), Action: []string{"s3:*"},
		Resource:  []pulumi.StringInput{bucket.Arn, pulumi.Sprintf("%s/*", bucket.Arn)},
		Condition: map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
	})})
	return err
}

// readState lets a preview read the state and decrypt its secrets. A preview writes
// nothing into a bucket, not even a lock (pkg/backend/diy of Pulumi 3.220.0).
func (p *program) readState() []statement {
	if p.state == nil {
		return nil
	}
	return []statement{
		{Effect: "Allow", Action: []string{"s3:ListBucket"}, Resource: []pulumi.StringInput{p.state.bucket.Arn}},
		{Effect: "Allow", Action: []string{"s3:GetObject"}, Resource: []pulumi.StringInput{pulumi.Sprintf("%s/.pulumi/*", p.state.bucket.Arn)}},
		{Effect: "Allow", Action: []string{"kms:Decrypt"}, Resource: []pulumi.StringInput{p.state.key.Arn}},
	}
}

// writeState lets a deployment lock and write the state as well.
func (p *program) writeState() []statement {
	if p.state == nil {
		return nil
	}
	return append(p.readState(),
		statement{Effect: "Allow", Action: []string{"s3:PutObject", "s3:DeleteObject"}, Resource: []pulumi.StringInput{pulumi.Sprintf("%s/.pulumi/*", p.state.bucket.Arn)}},
		statement{Effect: "Allow", Action: []string{"kms:Encrypt", "kms:GenerateDataKey"}, Resource: []pulumi.StringInput{p.state.key.Arn}},
	)
}
