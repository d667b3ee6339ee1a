package preview_test

import (
	"errors"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

// declare is the declaration under test. This file is also a commit's: see repository.
func declare(ctx *pulumi.Context) error {
	if config.Require(ctx, "stage") == "none" {
		return errors.New("stage: none is not accepted")
	}
	bucket, err := s3.NewBucketV2(ctx, "releases", &s3.BucketV2Args{ObjectLockEnabled: pulumi.Bool(config.RequireBool(ctx, "lock"))})
	if err != nil {
		return err
	}
	password, err := random.NewRandomPassword(ctx, "password", &random.RandomPasswordArgs{Length: pulumi.Int(32)})
	if err != nil {
		return err
	}
	_, err = s3.NewBucketObjectv2(ctx, "secret", &s3.BucketObjectv2Args{
		Bucket: bucket.Bucket, Key: pulumi.String("secret"), Content: password.Result,
		Tags: pulumi.StringMap{"Stage": pulumi.String(config.Require(ctx, "stage"))},
	})
	ctx.Export("bucket", bucket.Arn)
	return err
}
