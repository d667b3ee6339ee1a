package cloud

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

// declareTable declares a table and a profile whose role may read and write its items.
func declareTable(a *account) {
	a.t.Helper()
	declare(a, a.Tables, "carts", Table{HashKey: "id", Attributes: []TableAttribute{{"id", "S"}}})
	declare(a, a.Roles, "table-role", Role{})
	declare(a, a.RolePolicies, "table-policy", RolePolicy{"table-role", `{"Statement":[
		{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:UpdateItem"],"Resource":"` + named("carts").ARN + `"}]}`})
	declare(a, a.InstanceProfiles, "table-profile", InstanceProfile{"table-role"})
}

func (a *account) tableClient(from *networkInterface, profile string) *dynamodb.Client {
	sdk := a.sdk(from, a.instanceEnvironment(from, "i-app", profile))
	return dynamodb.New(dynamodb.Options{
		Region: "eu-west-1", BaseEndpoint: &sdk.endpoint, HTTPClient: sdk.client, Credentials: sdk.credentials, RetryMaxAttempts: 1,
	})
}

func tableKey(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}}
}

// count adds one to an item's number, unless it would pass the limit, and returns it.
func count(a *account, client *dynamodb.Client, table, limit string) (string, error) {
	output, err := client.UpdateItem(a.t.Context(), &dynamodb.UpdateItemInput{
		TableName: &table, Key: tableKey("x"), UpdateExpression: aws.String("ADD n :one"),
		ConditionExpression: aws.String("attribute_not_exists(n) OR n < :limit"), ReturnValues: types.ReturnValueAllNew,
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":one": &types.AttributeValueMemberN{Value: "1"}, ":limit": &types.AttributeValueMemberN{Value: limit}},
	})
	if err != nil {
		return "", err
	}
	return output.Attributes["n"].(*types.AttributeValueMemberN).Value, nil
}

func apiErrorCode(t *testing.T, err error) string {
	t.Helper()
	var problem smithy.APIError
	require.ErrorAs(t, err, &problem)
	return problem.ErrorCode()
}

func TestInstanceUsesItsTableThroughTheAWSSDK(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.allowInternet("sg-app")
	declareTable(a)
	client := a.tableClient(a.app, "table-profile")
	for _, want := range []string{"1", "2"} {
		n, err := count(a, client, "carts", "2")
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	_, err := count(a, client, "carts", "2")
	require.Equal(t, "ConditionalCheckFailedException", apiErrorCode(t, err))
	found, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("carts"), Key: tableKey("x")})
	require.NoError(t, err)
	require.Equal(t, "2", found.Item["n"].(*types.AttributeValueMemberN).Value)

	running := a.componentOf("dynamodb table")
	require.True(t, running.Healthy)
	require.Equal(t, "carts", running.ID)
}

func TestTableIsRefusedToWhoMayNotUseIt(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.allowInternet("sg-app")
	declareTable(a)
	declare(a, a.Tables, "others", Table{HashKey: "id", Attributes: []TableAttribute{{"id", "S"}}})
	client := a.tableClient(a.app, "table-profile")
	_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("carts"), Key: tableKey("x")})
	require.Equal(t, "AccessDeniedException", apiErrorCode(t, err), "an action that the policy does not name")
	for _, table := range []string{"others", "no-such-table"} {
		_, err = count(a, client, table, "2")
		require.Equal(t, "AccessDeniedException", apiErrorCode(t, err), table)
	}
	_, err = client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.Equal(t, "UnknownOperationException", apiErrorCode(t, err))

	require.NoError(t, a.Tables.Delete(t.Context(), named("carts")))
	require.NoError(t, a.Tables.Delete(t.Context(), named("carts")), "a table that is not there is no error")
	_, err = count(a, client, "carts", "2")
	require.Error(t, err)
}

func TestTableIsReachedThroughTheGatewayEndpointAlone(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	declareTable(a)
	declareSecret(a)
	_, err := count(a, a.tableClient(a.app, "table-profile"), "carts", "9")
	require.Error(t, err)

	prefixList := declare(a, a.VPCEndpoints, "vpce-dynamodb", VPCEndpoint{ServiceName: "com.amazonaws.eu-west-1.dynamodb"})["prefixListId"].(string)
	declare(a, a.EgressRules, "to-dynamodb", SecurityGroupRule{
		SecurityGroupID: "sg-app", IPProtocol: "tcp", FromPort: 443, ToPort: 443, PrefixListID: prefixList})
	n, err := count(a, a.tableClient(a.app, "table-profile"), "carts", "9")
	require.NoError(t, err)
	require.Equal(t, "1", n)

	_, err = getSecret(a.secretsClient(a.app, a.instanceEnvironment(a.app, "i-app", "profile")), secretARN)
	require.Error(t, err)
	var problem smithy.APIError
	require.NotErrorAs(t, err, &problem, "the endpoint leads to DynamoDB only")
}

func TestATableWithoutItsStandInSaysHowToGetIt(t *testing.T) {
	a := newAccount(t)
	t.Setenv("PATH", t.TempDir())
	_, err := a.Tables.Create(t.Context(), named("carts"), Table{HashKey: "id", Attributes: []TableAttribute{{"id", "S"}}})
	require.ErrorContains(t, err, "tools/setup dynamodb")
	require.ErrorContains(t, err, "nodejs")
	require.Empty(t, a.Status())
}

func TestATableWithoutAKeyIsRefused(t *testing.T) {
	t.Parallel()
	_, err := newAccount(t).Tables.Create(t.Context(), named("carts"), Table{})
	require.ErrorContains(t, err, "table carts: it has no hashKey")
}
