package dynamodb

import (
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/api"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/iam"
)

// tableAccount has a table and a profile whose role may read and write its items,
// behind the API.
type tableAccount struct {
	*cloudtest.VPC
	*api.API
	tables *Tables
}

func newTableAccount(t *testing.T) *tableAccount {
	t.Helper()
	policies := iam.New()
	a := &tableAccount{VPC: cloudtest.NewVPC(t)}
	a.tables = New(a.Host, "eu-west-1", policies)
	t.Cleanup(func() { require.NoError(t, a.tables.Close(t.Context())) })
	var err error
	a.API, err = api.Open(a.Host, a.Network,
		api.Service{Name: "dynamodb", ID: "DYNAMODB", Target: Target, Call: a.tables.Call},
		api.Service{Name: "secretsmanager", ID: "SECRETS_MANAGER", Target: "secretsmanager.", Call: nil})
	require.NoError(t, err)
	t.Cleanup(a.API.Close)
	cloudtest.Declare(t, a.tables, "carts", Table{HashKey: "id", Attributes: []TableAttribute{{"id", "S"}}})
	cloudtest.Declare(t, policies.Roles, "table-role", iam.Role{})
	cloudtest.Declare(t, policies.RolePolicies, "table-policy", iam.RolePolicy{Role: "table-role", Policy: `{"Statement":[
		{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:UpdateItem"],"Resource":"` + cloudtest.Named("carts").ARN + `"}]}`})
	cloudtest.Declare(t, policies.InstanceProfiles, "table-profile", iam.InstanceProfile{Role: "table-role"})
	return a
}

// client is the SDK's on the app's instance.
func (a *tableAccount) client() *dynamodb.Client {
	sdk := a.SDK("DYNAMODB", a.App, a.Environment(a.App, "i-app", "table-profile"))
	return dynamodb.New(dynamodb.Options{
		Region: "eu-west-1", BaseEndpoint: &sdk.Endpoint, HTTPClient: sdk.Client, Credentials: sdk.Credentials, RetryMaxAttempts: 1,
	})
}

func tableKey(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}}
}

// count adds one to an item's number, unless it would pass the limit, and returns it.
func count(a *tableAccount, client *dynamodb.Client, table, limit string) (string, error) {
	output, err := client.UpdateItem(a.Context(), &dynamodb.UpdateItemInput{
		TableName: &table, Key: tableKey("x"), UpdateExpression: awssdk.String("ADD n :one"),
		ConditionExpression: awssdk.String("attribute_not_exists(n) OR n < :limit"), ReturnValues: types.ReturnValueAllNew,
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":one": &types.AttributeValueMemberN{Value: "1"}, ":limit": &types.AttributeValueMemberN{Value: limit}},
	})
	if err != nil {
		return "", err
	}
	return output.Attributes["n"].(*types.AttributeValueMemberN).Value, nil
}

func TestInstanceUsesItsTableThroughTheAWSSDK(t *testing.T) {
	t.Parallel()
	a := newTableAccount(t)
	a.AllowInternet("sg-app")
	client := a.client()
	for _, want := range []string{"1", "2"} {
		n, err := count(a, client, "carts", "2")
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	_, err := count(a, client, "carts", "2")
	require.Equal(t, "ConditionalCheckFailedException", cloudtest.ErrorCode(t, err))
	found, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: awssdk.String("carts"), Key: tableKey("x")})
	require.NoError(t, err)
	require.Equal(t, "2", found.Item["n"].(*types.AttributeValueMemberN).Value)

	running := cloudtest.ComponentOf(t, a.tables.Report(), "dynamodb table")
	require.True(t, running.Healthy)
	require.Equal(t, "carts", running.ID)
}

func TestTableIsRefusedToWhoMayNotUseIt(t *testing.T) {
	t.Parallel()
	a := newTableAccount(t)
	a.AllowInternet("sg-app")
	cloudtest.Declare(t, a.tables, "others", Table{HashKey: "id", Attributes: []TableAttribute{{"id", "S"}}})
	client := a.client()
	_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: awssdk.String("carts"), Key: tableKey("x")})
	require.Equal(t, "AccessDeniedException", cloudtest.ErrorCode(t, err), "an action that the policy does not name")
	for _, table := range []string{"others", "no-such-table"} {
		_, err = count(a, client, table, "2")
		require.Equal(t, "AccessDeniedException", cloudtest.ErrorCode(t, err), table)
	}
	_, err = client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.Equal(t, "UnknownOperationException", cloudtest.ErrorCode(t, err))

	require.NoError(t, a.tables.Delete(t.Context(), cloudtest.Named("carts")))
	require.NoError(t, a.tables.Delete(t.Context(), cloudtest.Named("carts")), "a table that is not there is no error")
	_, err = count(a, client, "carts", "2")
	require.Error(t, err)
}

func TestTableIsReachedThroughTheGatewayEndpointAlone(t *testing.T) {
	t.Parallel()
	a := newTableAccount(t)
	_, err := count(a, a.client(), "carts", "9")
	require.Error(t, err)

	a.AllowGateway("sg-app", "dynamodb")
	n, err := count(a, a.client(), "carts", "9")
	require.NoError(t, err)
	require.Equal(t, "1", n)

	sdk := a.SDK("SECRETS_MANAGER", a.App, a.Environment(a.App, "i-app", "table-profile"))
	_, err = secretsmanager.New(secretsmanager.Options{
		Region: "eu-west-1", BaseEndpoint: &sdk.Endpoint, HTTPClient: sdk.Client, Credentials: sdk.Credentials, RetryMaxAttempts: 1,
	}).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: awssdk.String("secret")})
	require.Error(t, err)
	var problem smithy.APIError
	require.NotErrorAs(t, err, &problem, "the endpoint leads to DynamoDB only")
}

func TestATableWithoutItsStandInSaysHowToGetIt(t *testing.T) {
	tables := New(cloudtest.NewVPC(t).Host, "eu-west-1", iam.New())
	t.Setenv("PATH", t.TempDir())
	_, err := tables.Create(t.Context(), cloudtest.Named("carts"), Table{HashKey: "id", Attributes: []TableAttribute{{"id", "S"}}})
	require.ErrorContains(t, err, "tools/setup dynamodb")
	require.ErrorContains(t, err, "nodejs")
	require.Empty(t, tables.Report())
}

func TestATableWithoutAKeyIsRefused(t *testing.T) {
	t.Parallel()
	_, err := New(cloudtest.NewVPC(t).Host, "eu-west-1", iam.New()).Create(t.Context(), cloudtest.Named("carts"), Table{})
	require.ErrorContains(t, err, "table carts: it has no hashKey")
}

func TestATableThatIsProtectedIsNotDeleted(t *testing.T) {
	t.Parallel()
	a := newTableAccount(t)
	keys := Table{HashKey: "id", Attributes: []TableAttribute{{"id", "S"}}}
	protected := keys
	protected.DeletionProtectionEnabled = true
	cloudtest.Declare(t, a.tables, "protected", protected)
	require.ErrorContains(t, a.tables.Delete(t.Context(), cloudtest.Named("protected")), "currently protected against deletion")
	_, there := a.tables.Find("protected")
	require.True(t, there)
	_, err := a.tables.Update(t.Context(), cloudtest.Named("protected"), keys)
	require.NoError(t, err)
	require.NoError(t, a.tables.Delete(t.Context(), cloudtest.Named("protected")))
}

func TestATableIsThereWhenItIsDeclaredAndGoneWhenItIsDeleted(t *testing.T) {
	t.Parallel()
	a := newTableAccount(t)
	keys := Table{HashKey: "id", Attributes: []TableAttribute{{"id", "S"}}}
	for range 20 {
		cloudtest.Declare(t, a.tables, "short-lived", keys)
		require.NoError(t, a.tables.Delete(t.Context(), cloudtest.Named("short-lived")))
	}
}
