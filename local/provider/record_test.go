package provider_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"myclothes/local/provider"
)

// recorded are providers that record, called as the engine would.
func recorded(t *testing.T, seed string) rig {
	t.Helper()
	server, err := provider.Record("eu-west-1", seed)
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return rig{t, server}
}

func TestTheSameDeclarationIsRecordedAsTheSameState(t *testing.T) {
	one, again, other := recorded(t, "one"), recorded(t, "one"), recorded(t, "other")
	for typ, declared := range map[string]properties{
		"aws:ec2/vpc:Vpc":                      {"cidrBlock": "10.0.0.0/16"}, // several values are made up for it
		"aws:iam/role:Role":                    {},
		"aws:lb/loadBalancer:LoadBalancer":     {},
		"aws:rds/instance:Instance":            {"port": 5433},
		password:                               {"length": 20},
		"random:index/randomId:RandomId":       {"byteLength": 4},
		"random:index/randomBytes:RandomBytes": {"length": 8},
	} {
		pkg := string(resource.URN(urn(typ)).Type().Package())
		id, _, state := one.create(pkg, typ, declared)
		sameID, _, sameState := again.create(pkg, typ, declared)
		require.Equal(t, id, sameID, typ)
		require.Equal(t, state, sameState, typ)
		_, _, otherState := other.create(pkg, typ, declared)
		require.NotEqual(t, state, otherState, typ)
	}
}

func TestTwoResourcesAreRecordedUnderTwoIdentities(t *testing.T) {
	r := recorded(t, "one")
	create := func(name string) string {
		made, err := r.client("aws").Create(t.Context(), &pulumirpc.CreateRequest{Urn: "urn:pulumi:dev::shop::aws:ec2/eip:Eip::" + name, Properties: r.wire(nil)})
		require.NoError(t, err)
		return made.Id
	}
	require.NotEqual(t, create("one"), create("two"))
}

func TestARecordedResourceHasWhatOthersReferTo(t *testing.T) {
	r := recorded(t, "one")
	output := func(typ, property string, declared properties) string {
		_, _, state := r.create("aws", typ, declared)
		return state[resource.PropertyKey(property)].StringValue()
	}
	require.Equal(t, "carts.recorded.eu-west-1.rds.amazonaws.com:5433", output("aws:rds/instance:Instance", "endpoint", properties{"identifier": "carts", "port": 5433}))
	require.Equal(t, "copy.recorded.eu-west-1.rds.amazonaws.com:5432", output("aws:rds/instance:Instance", "endpoint", properties{"identifier": "copy"}))
	require.Equal(t, "master.carts.recorded.eu-west-1.cache.amazonaws.com",
		output("aws:elasticache/replicationGroup:ReplicationGroup", "primaryEndpointAddress", properties{"replicationGroupId": "carts"}))
	require.Regexp(t, "^pl-[0-9a-f]{17}$", output("aws:ec2/vpcEndpoint:VpcEndpoint", "prefixListId", nil))
}

func TestWhoHasNoSeedIsRefused(t *testing.T) {
	_, err := provider.Record("eu-west-1", "")
	require.ErrorContains(t, err, "seed")
}

func TestAReadReplicaHoldsNoDataOfItsOwn(t *testing.T) {
	const database = "aws:rds/instance:Instance"
	require.Equal(t, "its databases", provider.Held(database, properties{"engine": "postgres"}))
	require.Empty(t, provider.Held(database, properties{"replicateSourceDb": "carts"}))
	require.Empty(t, provider.Held("aws:ec2/vpc:Vpc", properties{"cidrBlock": "10.0.0.0/16"}))
}
