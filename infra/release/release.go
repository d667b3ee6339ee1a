package release

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
)

// Args say what release to store.
type Args struct {
	Architecture conventions.Architecture
	Tags         conventions.Tags
}

// Release is the cart binary in S3, under a key that is the hash of its content:
// a new binary is a new key, a new launch template version, and a roll of the fleet.
type Release struct {
	pulumi.ResourceState

	Bucket pulumi.StringOutput
	Key    pulumi.StringOutput
	SHA256 string // hex

	bucket *s3.BucketV2
	object *s3.BucketObjectv2
}

// releasePrefix is where releases are in the bucket; instances may read it.
const releasePrefix = "cart/"

// New builds the service and declares the bucket and the object.
func New(ctx *pulumi.Context, name string, args *Args, opts ...pulumi.ResourceOption) (*Release, error) {
	r := &Release{}
	if err := ctx.RegisterComponentResource("myclothes:index:Release", name, r, opts...); err != nil {
		return nil, err
	}
	for _, step := range []func(*pulumi.Context, string, *Args) error{
		r.createBucket, r.closeBucket, r.encryptBucket, r.requireTLS, r.upload,
	} {
		if err := step(ctx, name, args); err != nil {
			return nil, err
		}
	}
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{"sha256": pulumi.String(r.SHA256)})
}

func (r *Release) createBucket(ctx *pulumi.Context, name string, args *Args) error {
	bucket, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		// Every object in it can be built again from the sources.
		ForceDestroy: pulumi.Bool(true),
		Tags:         args.Tags.Named(name),
	}, pulumi.Parent(r))
	r.bucket = bucket
	return err
}

func (r *Release) closeBucket(ctx *pulumi.Context, name string, _ *Args) error {
	_, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket:                r.bucket.ID(),
		BlockPublicAcls:       pulumi.Bool(true),
		BlockPublicPolicy:     pulumi.Bool(true),
		IgnorePublicAcls:      pulumi.Bool(true),
		RestrictPublicBuckets: pulumi.Bool(true),
	}, pulumi.Parent(r))
	return err
}

func (r *Release) encryptBucket(ctx *pulumi.Context, name string, _ *Args) error {
	_, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: r.bucket.ID(),
		Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm: pulumi.String("AES256"),
			},
		}},
	}, pulumi.Parent(r))
	return err
}

func (r *Release) requireTLS(ctx *pulumi.Context, name string, _ *Args) error {
	_, err := s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{
		Bucket: r.bucket.ID(),
		Policy: conventions.PolicyDocument(conventions.Statement{
			Effect: "Deny", Principal: "*", Action: []string{"s3:*"},
			Resource:  []any{r.bucket.Arn, pulumi.Sprintf("%s/*", r.bucket.Arn)},
			Condition: map[string]any{"Bool": map[string]string{"aws:SecureTransport": "false"}},
		}),
	}, pulumi.Parent(r))
	return err
}

// upload stores the binary. An instance that starts from an older launch template
// version, after a rollback for instance, still fetches its own: replaced objects
// are retained until the bucket goes.
func (r *Release) upload(ctx *pulumi.Context, name string, args *Args) error {
	built, err := buildCart(args.Architecture)
	if err != nil {
		return err
	}
	r.object, err = s3.NewBucketObjectv2(ctx, name+"-cart", &s3.BucketObjectv2Args{
		Bucket:               r.bucket.ID(),
		Key:                  pulumi.String(releasePrefix + built.sha256),
		Source:               pulumi.NewFileAsset(built.path),
		ContentType:          pulumi.String("application/octet-stream"),
		ServerSideEncryption: pulumi.String("AES256"),
		Tags:                 args.Tags.Named(name),
	}, pulumi.Parent(r), pulumi.RetainOnDelete(true))
	if err != nil {
		return err
	}
	r.SHA256, r.Bucket, r.Key = built.sha256, r.object.Bucket.ToStringOutput(), r.object.Key.ToStringOutput()
	return nil
}

// Contribution lets instances fetch this release, and older ones after a rollback.
func (r *Release) Contribution() conventions.Contribution {
	releases := pulumi.Sprintf("%s/%s*", r.bucket.Arn, releasePrefix)
	return conventions.Contribution{
		Flows:      []conventions.Flow{{From: conventions.App, To: conventions.S3, Port: conventions.HTTPSPort}},
		Statements: []conventions.Statement{conventions.Allow([]pulumi.StringOutput{releases}, "s3:GetObject")},
		BeforeBoot: []pulumi.Resource{r.object},
		Outputs:    pulumi.Map{"release": pulumi.String(r.SHA256)},
	}
}
