package provider_test

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"

	"myclothes/local/cloud"
	"myclothes/local/provider"
)

type properties = map[string]any

// rig is a cloud behind its providers, called as the engine would.
type rig struct {
	*testing.T
	server *provider.Server
}

func newRig(t *testing.T) rig {
	t.Helper()
	c, err := cloud.Open(cloud.Options{Dir: t.TempDir(), Region: "eu-west-1", Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close(t.Context())) })
	server, err := provider.Serve(c)
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return rig{t, server}
}

func (r rig) client(pkg string) pulumirpc.ResourceProviderClient {
	r.Helper()
	conn, err := grpc.NewClient(fmt.Sprintf("127.0.0.1:%d", r.server.Ports[pkg]), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(r, err)
	r.Cleanup(func() { conn.Close() })
	return pulumirpc.NewResourceProviderClient(conn)
}

func urn(typ string) string { return "urn:pulumi:dev::shop::" + typ + "::thing" }

func (r rig) wire(m properties) *structpb.Struct {
	r.Helper()
	s, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(m), plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(r, err)
	return s
}

func (r rig) unwire(s *structpb.Struct) resource.PropertyMap {
	r.Helper()
	m, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(r, err)
	return m
}

// create checks and creates a resource, and returns its id, inputs and state.
func (r rig) create(pkg, typ string, declared properties) (string, *structpb.Struct, resource.PropertyMap) {
	r.Helper()
	checked, err := r.client(pkg).Check(r.Context(), &pulumirpc.CheckRequest{Urn: urn(typ), News: r.wire(declared), RandomSeed: []byte(r.Name())})
	require.NoError(r, err)
	require.Empty(r, checked.Failures)
	created, err := r.client(pkg).Create(r.Context(), &pulumirpc.CreateRequest{Urn: urn(typ), Properties: checked.Inputs})
	require.NoError(r, err)
	return created.Id, checked.Inputs, r.unwire(created.Properties)
}

const (
	securityGroup = "aws:ec2/securityGroup:SecurityGroup"
	targetGroup   = "aws:lb/targetGroup:TargetGroup"
	listener      = "aws:lb/listener:Listener"
	object        = "aws:s3/bucketObjectv2:BucketObjectv2"
	password      = "random:index/randomPassword:RandomPassword"
)

// unknown is a value that only the update will tell.
var unknown = resource.MakeComputed(resource.NewProperty(""))

func TestAResourceIsNamedAsAWSWould(t *testing.T) {
	r := newRig(t)
	for typ, want := range map[string]struct{ declared, id, arn string }{
		securityGroup:                           {"", `^sg-[0-9a-f]{17}$`, `^arn:aws:ec2:eu-west-1:000000000000:security-group/sg-[0-9a-f]{17}$`},
		targetGroup:                             {"", `^arn:aws:elastic`, `^arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/thing-[0-9a-f]{7}/[0-9a-f]{16}$`},
		"aws:iam/role:Role":                     {"", `^thing-[0-9a-f]{7}$`, `^arn:aws:iam::000000000000:role/thing-[0-9a-f]{7}$`},
		"aws:rds/parameterGroup:ParameterGroup": {"carts", `^carts$`, `^arn:aws:rds:eu-west-1:000000000000:pg:carts$`},
	} {
		declared := properties{}
		if want.declared != "" {
			declared["name"] = want.declared
		}
		id, _, state := r.create("aws", typ, declared)
		require.Regexp(t, want.id, id)
		require.Regexp(t, want.arn, state["arn"].StringValue())
	}
}

func TestAPreviewMakesNothing(t *testing.T) {
	r := newRig(t)
	response, err := r.client("aws").Create(t.Context(), &pulumirpc.CreateRequest{
		Urn: urn("aws:ec2/eip:Eip"), Properties: r.wire(properties{"domain": "vpc"}), Preview: true,
	})
	require.NoError(t, err)
	require.Empty(t, response.Id)
	require.Empty(t, r.server.Recorded())
}

func TestAnAutomaticNameStaysUntilTheResourceIsReplaced(t *testing.T) {
	r := newRig(t)
	_, inputs, state := r.create("aws", securityGroup, properties{"description": "one"})
	again, err := r.client("aws").Check(t.Context(), &pulumirpc.CheckRequest{
		Urn: urn(securityGroup), Olds: inputs, News: r.wire(properties{"description": "one"}), RandomSeed: []byte("other"),
	})
	require.NoError(t, err)
	require.Equal(t, state["name"], r.unwire(again.Inputs)["name"])

	anew, err := r.client("aws").Check(t.Context(), &pulumirpc.CheckRequest{
		Urn: urn(securityGroup), News: r.wire(properties{"description": "two"}), RandomSeed: []byte("other"),
	})
	require.NoError(t, err)
	require.NotEqual(t, state["name"], r.unwire(anew.Inputs)["name"])
}

func TestANameThatAWSWouldRefuseFailsInThePreview(t *testing.T) {
	r := newRig(t)
	checked, err := r.client("aws").Check(t.Context(), &pulumirpc.CheckRequest{
		Urn: "urn:pulumi:dev::shop::" + targetGroup + "::a-target-group-with-a-long-name", News: r.wire(nil),
	})
	require.NoError(t, err)
	require.Len(t, checked.Failures, 1)
	require.Contains(t, checked.Failures[0].Reason, "32 characters")
}

func TestWhatIsSecretStaysSecret(t *testing.T) {
	r := newRig(t)
	_, _, made := r.create("random", password, properties{"length": 20, "special": false})
	require.True(t, made["result"].IsSecret())
	require.Regexp(t, `^[0-9A-Za-z]{20}$`, made["result"].SecretValue().Element.StringValue())

	id, _, _ := r.create("aws", "aws:secretsmanager/secret:Secret", nil)
	_, _, version := r.create("aws", "aws:secretsmanager/secretVersion:SecretVersion", properties{"secretId": id, "secretString": made["result"]})
	require.True(t, version["secretString"].IsSecret())
}

func TestAnUpdateKeepsWhatAWSComputedAndDropsWhatIsNoLongerDeclared(t *testing.T) {
	r := newRig(t)
	id, inputs, state := r.create("aws", targetGroup, properties{"port": 80, "deregistrationDelay": 30})
	updated, err := r.client("aws").Update(t.Context(), &pulumirpc.UpdateRequest{
		Id: id, Urn: urn(targetGroup), Olds: r.wire(state.Mappable()), OldInputs: inputs,
		News: r.wire(properties{"port": 80, "name": state["name"].StringValue()}),
	})
	require.NoError(t, err)
	after := r.unwire(updated.Properties)
	require.Equal(t, state["arn"], after["arn"])
	require.NotContains(t, after, resource.PropertyKey("deregistrationDelay"))
}

func TestOnlyWhatThisCloudHasMadeIsThere(t *testing.T) {
	r := newRig(t)
	read := func(pkg, typ, id string) string {
		response, err := r.client(pkg).Read(t.Context(), &pulumirpc.ReadRequest{Urn: urn(typ), Id: id})
		require.NoError(t, err)
		return response.Id
	}
	id, inputs, _ := r.create("aws", "aws:ec2/eip:Eip", properties{"domain": "vpc"})
	require.Equal(t, id, read("aws", "aws:ec2/eip:Eip", id))
	require.Equal(t, map[string]int{"aws:ec2/eip:Eip": 1}, r.server.Recorded())

	_, err := r.client("aws").Delete(t.Context(), &pulumirpc.DeleteRequest{Urn: urn("aws:ec2/eip:Eip"), Id: id, Properties: inputs})
	require.NoError(t, err)
	require.Empty(t, read("aws", "aws:ec2/eip:Eip", id))
	require.Empty(t, r.server.Recorded())
	require.Equal(t, "none", read("random", password, "none"), "a password lives in the state")

	_, err = r.client("aws").Update(t.Context(), &pulumirpc.UpdateRequest{Urn: urn("aws:ec2/eip:Eip"), Id: id, Olds: inputs, OldInputs: inputs, News: inputs})
	require.ErrorContains(t, err, "refresh the stack")
}

func TestWhatIsNotModelledIsRefusedByName(t *testing.T) {
	r := newRig(t)
	_, err := r.client("aws").Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "aws:ec2/getAmi:getAmi"})
	require.ErrorContains(t, err, "getAmi")
	_, err = r.client("random").Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn("random:index/randomPet:RandomPet")})
	require.ErrorContains(t, err, "randomPet")
	_, err = r.client("awsx").Construct(t.Context(), &pulumirpc.ConstructRequest{Type: "awsx:ecs:FargateService"})
	require.ErrorContains(t, err, "awsx:ecs:FargateService")
	_, err = r.client("aws").Configure(t.Context(), &pulumirpc.ConfigureRequest{Variables: map[string]string{"aws:config:region": "us-east-1"}})
	require.ErrorContains(t, err, "us-east-1")
}

func TestZonesAreThoseOfTheRegion(t *testing.T) {
	r := newRig(t)
	answer, err := r.client("aws").Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "aws:index/getAvailabilityZones:getAvailabilityZones"})
	require.NoError(t, err)
	require.Equal(t, []any{"eu-west-1a", "eu-west-1b", "eu-west-1c"}, answer.Return.AsMap()["names"])
}

func TestWhatAWSRefusesToDeleteStaysAndIsNamed(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	const bucket = "aws:s3/bucketV2:BucketV2"
	id, inputs, state := r.create("aws", bucket, properties{"bucket": "releases"})
	objectID, objectInputs, _ := r.create("aws", object, properties{"bucket": "releases", "key": "cart", "content": "x"})
	remove := func(typ, id string, properties *structpb.Struct) error {
		_, err := r.client("aws").Delete(t.Context(), &pulumirpc.DeleteRequest{Urn: urn(typ), Id: id, Properties: properties})
		return err
	}
	require.ErrorContains(t, remove(bucket, id, inputs), "BucketNotEmpty")
	require.Equal(t, []string{"thing: BucketNotEmpty: The bucket you tried to delete is not empty: releases"}, r.server.Refused())
	read, err := r.client("aws").Read(t.Context(), &pulumirpc.ReadRequest{Urn: urn(bucket), Id: id, Properties: r.wire(state.Mappable())})
	require.NoError(t, err)
	require.Equal(t, id, read.Id)

	require.NoError(t, remove(object, objectID, objectInputs))
	require.NoError(t, remove(bucket, id, inputs))
	require.Empty(t, r.server.Refused())
}
