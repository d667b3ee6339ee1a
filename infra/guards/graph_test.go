package guards_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/infra/guards"
	"myclothes/infra/guards/plain"
)

// exported is a resource as `pulumi stack export` has it.
const exported = `{
  "urn": "urn:pulumi:dev::shop::shop:index:Database$aws:rds/instance:Instance::database-primary",
  "type": "aws:rds/instance:Instance", "custom": true, "id": "db-0A", "protect": true, "retainOnDelete": true,
  "parent": "urn:pulumi:dev::shop::shop:index:Database::database",
  "inputs": {
    "engine": "postgres", "allocatedStorage": 20, "multiAz": true, "vpcSecurityGroupIds": ["sg-1", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"],
    "password": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": "\"open sesame\""},
    "masterSecret": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"},
    "tags": {"Name": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hidden"}}
  },
  "outputs": {"identifier": "database-primary-1234567"},
  "aliases": ["urn:pulumi:dev::shop::aws:rds/instance:Instance::db"],
  "dependencies": ["urn:pulumi:dev::shop::aws:ec2/securityGroup:SecurityGroup::db"],
  "propertyDependencies": {"vpcSecurityGroupIds": ["urn:pulumi:dev::shop::aws:ec2/securityGroup:SecurityGroup::db"]}
}`

func newResource(t *testing.T, text string) *guards.Resource {
	t.Helper()
	var values map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &values))
	return guards.New(values)
}

func TestAResourceIsReadFromAStatesOwnWords(t *testing.T) {
	t.Parallel()
	r := newResource(t, exported)
	require.Equal(t, guards.DBInstance, r.Type)
	require.Equal(t, "database-primary", r.Name)
	require.Equal(t, "db-0A", r.ID)
	require.Equal(t, "urn:pulumi:dev::shop::shop:index:Database::database", r.Parent)
	require.False(t, r.Component)
	require.True(t, r.Protect)
	require.True(t, r.RetainOnDelete)
	require.Equal(t, []string{"urn:pulumi:dev::shop::aws:rds/instance:Instance::db"}, r.Aliases)
	require.Equal(t, r.Dependencies, r.PropertyDependencies["vpcSecurityGroupIds"])
	require.Equal(t, "database-primary-1234567", r.Output("identifier"))
}

func TestInputsArePlainAndMarksStandApart(t *testing.T) {
	t.Parallel()
	r := newResource(t, exported)
	require.Equal(t, 20.0, r.Input("allocatedStorage"))
	require.Equal(t, true, r.Input("multiAz"))
	require.Nil(t, r.Input("port"))
	require.Nil(t, r.Input("tags", "Owner"))
	require.Nil(t, r.Input("vpcSecurityGroupIds", 7))
	require.Equal(t, "open sesame", r.Input("password"))
	require.Equal(t, "hidden", r.Input("tags", "Name"))
	require.Equal(t, plain.Unknown{}, r.Input("masterSecret"), "what is encrypted cannot be read here")
	require.Equal(t, plain.Unknown{}, r.Input("vpcSecurityGroupIds", 1))
	require.Equal(t, plain.Unknown{}, r.Input("vpcSecurityGroupIds", 1, "of", "it"))
	require.True(t, r.Confidential("password"))
	require.True(t, r.Confidential("masterSecret"), "encrypted or not")
	require.True(t, r.Confidential("tags"))
	require.False(t, r.Confidential("engine"))
}

func TestAReferenceIsFoundByNameAndWhereThatIsUnknownByDependency(t *testing.T) {
	t.Parallel()
	database := newResource(t, exported)
	used := newResource(t, `{"urn": "urn:pulumi:dev::shop::aws:ec2/securityGroup:SecurityGroup::db", "type": "aws:ec2/securityGroup:SecurityGroup", "id": "sg-9"}`)
	named := newResource(t, `{"urn": "urn:pulumi:dev::shop::aws:ec2/securityGroup:SecurityGroup::one", "type": "aws:ec2/securityGroup:SecurityGroup", "id": "sg-1"}`)
	other := newResource(t, `{"urn": "urn:pulumi:dev::shop::aws:ec2/securityGroup:SecurityGroup::more", "type": "aws:ec2/securityGroup:SecurityGroup", "id": "sg-12"}`)
	g := guards.NewGraph(database, other, named, used)
	require.ElementsMatch(t, guards.Graph{named, used}, g.Referenced(database, guards.SecurityGroup, "vpcSecurityGroupIds"))
	require.Empty(t, g.Referenced(database, guards.SecurityGroup, "engine"))
}

func TestACloneIsChangedAlone(t *testing.T) {
	t.Parallel()
	g := guards.NewGraph(newResource(t, exported))
	clone := g.Clone()
	require.Equal(t, g, clone)
	clone[0].Inputs["tags"].(map[string]any)["Name"] = "other"
	clone[0].Inputs["vpcSecurityGroupIds"].([]any)[0] = "sg-2"
	clone[0].Dependencies[0] = "none"
	clone[0].Protect = false
	require.Equal(t, newResource(t, exported), g[0])
}
