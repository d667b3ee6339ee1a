package engine_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	awsxec2 "github.com/pulumi/pulumi-awsx/sdk/v2/go/awsx/ec2"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud"
	"myclothes/local/engine"
	"myclothes/local/provider"
)

const project = `name: small
runtime: go
config:
  greeting:
    type: string
    default: hello
  zones:
    type: integer
    default: 2
`

// small declares a little of everything: a component of awsx, secrets, a file.
func small(file string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		auto := awsxec2.SubnetAllocationStrategyAuto
		vpc, err := awsxec2.NewVpc(ctx, "net", &awsxec2.VpcArgs{
			AvailabilityZoneNames: []string{"eu-west-1a", "eu-west-1b"},
			SubnetStrategy:        &auto,
			NatGateways:           &awsxec2.NatGatewayConfigurationArgs{Strategy: awsxec2.NatGatewayStrategySingle},
			SubnetSpecs: []awsxec2.SubnetSpecArgs{
				{Type: awsxec2.SubnetTypePublic, CidrBlocks: []string{"10.0.0.0/20", "10.0.16.0/20"}},
				{Type: awsxec2.SubnetTypePrivate, CidrBlocks: []string{"10.0.32.0/20", "10.0.48.0/20"}},
			},
			Tags: pulumi.StringMap{"project": pulumi.String("small")},
		})
		if err != nil {
			return err
		}
		group, err := ec2.NewSecurityGroup(ctx, "app", &ec2.SecurityGroupArgs{VpcId: vpc.VpcId}, pulumi.Protect(true))
		if err != nil {
			return err
		}
		password, err := random.NewRandomPassword(ctx, "password", &random.RandomPasswordArgs{Length: pulumi.Int(32), Special: pulumi.Bool(false)})
		if err != nil {
			return err
		}
		secret, err := secretsmanager.NewSecret(ctx, "secret", nil)
		if err != nil {
			return err
		}
		if _, err = secretsmanager.NewSecretVersion(ctx, "secret", &secretsmanager.SecretVersionArgs{
			SecretId: secret.ID(), SecretString: password.Result,
		}); err != nil {
			return err
		}
		bucket, err := s3.NewBucketV2(ctx, "releases", nil)
		if err != nil {
			return err
		}
		object, err := s3.NewBucketObjectv2(ctx, "release", &s3.BucketObjectv2Args{
			Bucket: bucket.Bucket, Key: pulumi.String(config.Require(ctx, "greeting")), Source: pulumi.NewFileAsset(file),
		})
		if err != nil {
			return err
		}
		ctx.Export("url", pulumi.Sprintf("%s?%s", group.ID(), object.Key))
		ctx.Export("password", password.Result)
		ctx.Export("publicSubnets", vpc.PublicSubnetIds)
		return nil
	}
}

// stack is a project of one stack, with a local cloud.
type stack struct {
	root, file string
	providers  *provider.Server
	out        bytes.Buffer
}

func newStack(t *testing.T) *stack {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the Pulumi engine")
	}
	s := &stack{root: t.TempDir()}
	s.file = filepath.Join(s.root, "release")
	require.NoError(t, os.WriteFile(s.file, []byte("one"), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(s.root, "Pulumi.yaml"), []byte(project), 0o644))
	usePulumi(t)
	s.startCloud(t)
	return s
}

func (s *stack) startCloud(t *testing.T) {
	t.Helper()
	c, err := cloud.Open(cloud.Options{Dir: t.TempDir(), Region: "eu-west-1", Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close(t.Context())) })
	s.providers, err = provider.Serve(c)
	require.NoError(t, err)
	t.Cleanup(s.providers.Close)
}

// usePulumi lets a temporary project use the engine of this one.
func usePulumi(t *testing.T) {
	t.Helper()
	if built, err := filepath.Abs("../../.local/bin/pulumi"); err == nil {
		if _, err := os.Stat(built); err == nil && os.Getenv("PULUMI") == "" {
			t.Setenv("PULUMI", built)
		}
	}
}

func (s *stack) open(t *testing.T, given ...string) *engine.Engine {
	t.Helper()
	settings, err := engine.LoadSettings(s.root, "dev", given)
	require.NoError(t, err)
	s.out.Reset()
	e, err := engine.Open(t.Context(), settings, small(s.file), s.providers.Ports, &s.out)
	require.NoError(t, err)
	return e
}

func TestAStackComesUpChangesAndGoesAway(t *testing.T) {
	s := newStack(t)

	fresh, err := s.open(t).Preview(t.Context(), false, provider.Held)
	require.NoError(t, err, s.out.String())
	require.Equal(t, 27, fresh.Count(engine.Create))
	require.False(t, engine.HasState(s.root, "dev"))

	first, err := s.open(t).Up(t.Context(), false)
	require.NoError(t, err, s.out.String())
	require.True(t, first.Changed)
	require.Regexp(t, `^sg-[0-9a-f]{17}\?hello$`, first.URL)
	require.Equal(t, map[string]int{"aws:ec2/internetGateway:InternetGateway": 1, "aws:ec2/eip:Eip": 1}, s.providers.Recorded(), "children of awsx's component that are only recorded")
	s.requireNoSecretsInState(t)

	again, err := s.open(t).Up(t.Context(), false)
	require.NoError(t, err, s.out.String())
	require.False(t, again.Changed, s.out.String())
	require.Equal(t, first.URL, again.URL)

	s.requireClearedUp(t)

	require.NoError(t, os.WriteFile(s.file, []byte("two"), 0o644))
	change, err := s.open(t, "greeting=goodbye").Preview(t.Context(), false, provider.Held)
	require.NoError(t, err, s.out.String())
	require.Len(t, change.Changes, 1)
	require.Equal(t, engine.Replace, change.Changes[0].Operation)
	require.Equal(t, engine.Property{Path: "key", Old: "hello", New: "goodbye", Replaces: true}, change.Changes[0].Properties[0])
	require.Equal(t, "source", change.Changes[0].Properties[1].Path, "a file is compared by its content")

	require.True(t, engine.HasState(s.root, "dev"))
	s.startCloud(t) // an empty one, as after a restart of the machine
	anew, err := s.open(t).Up(t.Context(), true)
	require.NoError(t, err, s.out.String())
	require.True(t, anew.Changed)
	require.NotEqual(t, first.URL, anew.URL)

	require.NoError(t, s.open(t).Destroy(t.Context()), s.out.String())
	require.Empty(t, s.providers.Recorded(), "protected or not")
}

func (s *stack) requireNoSecretsInState(t *testing.T) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.root, engine.Folder, "state", ".pulumi", "stacks", "*", "dev.json"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	state, err := os.ReadFile(found[0])
	require.NoError(t, err)
	require.Contains(t, string(state), `"secretString"`)
	require.NotRegexp(t, `"(result|secretString)": "`, string(state))
}
