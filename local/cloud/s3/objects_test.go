package s3

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/iam"
)

// onlyCarts is an account whose one profile may read the objects of one folder.
func onlyCarts(t *testing.T) *iam.IAM {
	t.Helper()
	account := iam.New()
	cloudtest.Declare(t, account.Roles, "role", iam.Role{AssumeRolePolicy: trustEC2})
	cloudtest.Declare(t, account.RolePolicies, "policy", iam.RolePolicy{Role: "role",
		Policy: `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::releases/cart/*"}}`})
	cloudtest.Declare(t, account.InstanceProfiles, "profile", iam.InstanceProfile{Role: "role"})
	return account
}

const trustEC2 = `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ec2.amazonaws.com"}}}`

func TestObjectIsFetchedThroughTheGatewayEndpointByWhoMay(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	objects := New(v.Host, v.Network, onlyCarts(t))
	source := filepath.Join(t.TempDir(), "cart")
	require.NoError(t, os.WriteFile(source, []byte("release 1"), 0o600))
	cloudtest.Declare(t, objects, "object", Object{Bucket: "releases", Key: "cart/1", Source: source})
	cloudtest.Declare(t, objects, "private", Object{Bucket: "releases", Key: "private", Content: "x"})

	_, err := objects.Fetch(v.App, "profile", "releases", "cart/1")
	require.ErrorIs(t, err, ec2.ErrRefused)

	v.AllowGateway("sg-app", "s3")
	path, err := objects.Fetch(v.App, "profile", "releases", "cart/1")
	require.NoError(t, err)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "release 1", string(content))

	_, err = objects.Fetch(v.App, "profile", "releases", "private")
	require.ErrorContains(t, err, "access denied")
	_, err = objects.Fetch(v.App, "profile", "releases", "cart/2")
	require.ErrorContains(t, err, "no such object")
	require.NoError(t, objects.Delete(t.Context(), cloudtest.Named("object")))
	_, err = objects.Fetch(v.App, "profile", "releases", "cart/1")
	require.ErrorContains(t, err, "no such object")
}

func TestAPolicyOfABucketAndTheTrustOfARoleDecideToo(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	v.AllowGateway("sg-app", "s3")
	account := onlyCarts(t)
	objects := New(v.Host, v.Network, account)
	cloudtest.Declare(t, objects, "object", Object{Bucket: "releases", Key: "cart/1", Content: "release 1"})
	fetch := func() error {
		_, err := objects.Fetch(v.App, "profile", "releases", "cart/1")
		return err
	}
	deny := func(secure string) BucketPolicy {
		return BucketPolicy{Bucket: "releases", Policy: `{"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*",
			"Condition":{"Bool":{"aws:SecureTransport":"` + secure + `"}}}}`}
	}
	cloudtest.Declare(t, objects.Policies, "releases", deny("false"))
	require.NoError(t, fetch(), "connections here are encrypted")
	cloudtest.Declare(t, objects.Policies, "releases", deny("true"))
	require.ErrorContains(t, fetch(), "explicit deny in a resource-based policy")
	require.NoError(t, objects.Policies.Delete(t.Context(), cloudtest.Named("releases")))
	require.NoError(t, fetch())

	cloudtest.Declare(t, account.Roles, "role", iam.Role{AssumeRolePolicy: strings.Replace(trustEC2, "ec2", "lambda", 1)})
	require.ErrorContains(t, fetch(), "role role does not let ec2.amazonaws.com assume it")

	_, err := objects.Policies.Create(t.Context(), cloudtest.Named("releases"), BucketPolicy{Bucket: "releases", Policy: `{"Statement":{"Effect":"Deny","NotPrincipal":"*"}}`})
	require.ErrorContains(t, err, "policy of bucket releases")
}

func TestABucketThatHoldsObjectsIsNotDeleted(t *testing.T) {
	t.Parallel()
	v := cloudtest.NewVPC(t)
	objects := New(v.Host, v.Network, onlyCarts(t))
	bucket := cloudtest.Named("releases")
	cloudtest.Declare(t, objects.Buckets, "releases", Bucket{})
	cloudtest.Declare(t, objects, "object", Object{Bucket: "releases", Key: "cart/1", Content: "release 1"})
	cloudtest.Declare(t, objects, "other", Object{Bucket: "others", Key: "x", Content: "x"})
	require.ErrorContains(t, objects.Buckets.Delete(t.Context(), bucket), "BucketNotEmpty: The bucket you tried to delete is not empty: releases")

	_, err := objects.Buckets.Update(t.Context(), bucket, Bucket{ForceDestroy: true})
	require.NoError(t, err)
	require.NoError(t, objects.Buckets.Delete(t.Context(), bucket))
	require.Zero(t, objects.count("releases"))
	require.Equal(t, 1, objects.count("others"))
	require.NoError(t, objects.Buckets.Delete(t.Context(), bucket), "one that is not there is no error")
	require.NoError(t, objects.Delete(t.Context(), cloudtest.Named("object")), "nor an object that went with it")
}
