package cloud

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

const secretARN = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:cache-a1b2c3"

// declareSecret declares a secret and a profile whose role may read it.
func declareSecret(a *account) {
	a.t.Helper()
	_, err := a.Secrets.Create(a.t.Context(), Resource{ID: secretARN, Name: "cache", ARN: secretARN}, Secret{})
	require.NoError(a.t, err)
	for _, version := range []string{"1", "2"} {
		_, err = a.SecretVersions.Create(a.t.Context(), Resource{ID: secretARN + "|" + version}, SecretVersion{secretARN, "value " + version})
		require.NoError(a.t, err)
	}
	declare(a, a.Roles, "role", Role{})
	declare(a, a.RolePolicies, "policy", RolePolicy{"role", `{"Statement":[
		{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"` + secretARN + `"},
		{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::releases/cart/*"}]}`})
	declare(a, a.InstanceProfiles, "profile", InstanceProfile{"role"})
}

// instanceSDK is what the AWS SDK takes from an instance: its environment, its address and
// its trust store.
type instanceSDK struct {
	endpoint    string
	client      *http.Client
	credentials aws.CredentialsProviderFunc
}

func (a *account) sdk(from *networkInterface, environment []string) instanceSDK {
	env := map[string]string{}
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		env[name] = value
	}
	transport := &http.Transport{DialContext: dialer(from).DialContext, TLSClientConfig: a.trust()}
	a.t.Cleanup(transport.CloseIdleConnections)
	return instanceSDK{env["AWS_ENDPOINT_URL"], &http.Client{Transport: transport}, func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: env["AWS_ACCESS_KEY_ID"], SecretAccessKey: env["AWS_SECRET_ACCESS_KEY"]}, nil
	}}
}

func (a *account) secretsClient(from *networkInterface, environment []string) *secretsmanager.Client {
	sdk := a.sdk(from, environment)
	return secretsmanager.New(secretsmanager.Options{
		Region: "eu-west-1", BaseEndpoint: &sdk.endpoint, HTTPClient: sdk.client, Credentials: sdk.credentials, RetryMaxAttempts: 1,
	})
}

func getSecret(client *secretsmanager.Client, id string) (string, error) {
	output, err := client.GetSecretValue(context.Background(), &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return "", err
	}
	return aws.ToString(output.SecretString), nil
}

func TestInstanceReadsItsSecretThroughTheAWSSDK(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.allowInternet("sg-app")
	declareSecret(a)
	client := a.secretsClient(a.app, a.instanceEnvironment(a.app, "i-app", "profile"))
	value, err := getSecret(client, secretARN)
	require.NoError(t, err)
	require.Equal(t, "value 2", value)
	value, err = getSecret(client, "cache")
	require.NoError(t, err)
	require.Equal(t, "value 2", value)
}

func TestSecretIsRefusedToWhoMayNotReadIt(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	a.allowInternet("sg-app")
	declareSecret(a)
	declare(a, a.Roles, "other-role", Role{})
	declare(a, a.InstanceProfiles, "other-profile", InstanceProfile{"other-role"})
	neighbour := a.attach("i-neighbour", "sg-app")
	environment := a.instanceEnvironment(a.app, "i-app", "profile")

	code := func(client *secretsmanager.Client, id string) string {
		_, err := getSecret(client, id)
		var problem smithy.APIError
		require.ErrorAs(t, err, &problem)
		return problem.ErrorCode()
	}
	other := a.secretsClient(neighbour, a.instanceEnvironment(neighbour, "i-neighbour", "other-profile"))
	require.Equal(t, "AccessDeniedException", code(other, secretARN))
	own := a.secretsClient(a.app, environment)
	require.Equal(t, "AccessDeniedException", code(own, secretARN+"-another"))
	stolen := a.secretsClient(neighbour, environment)
	require.Equal(t, "UnrecognizedClientException", code(stolen, secretARN), "credentials from another instance's address")
	a.forgetInstance("i-app")
	require.Equal(t, "UnrecognizedClientException", code(own, secretARN), "a terminated instance")
}

func TestInstanceWithoutAWayToTheInternetReachesNoAPI(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	declareSecret(a)
	client := a.secretsClient(a.app, a.instanceEnvironment(a.app, "i-app", "profile"))
	_, err := getSecret(client, secretARN)
	require.Error(t, err)
	var problem smithy.APIError
	require.NotErrorAs(t, err, &problem, "the connection itself is refused")
}

func TestObjectIsFetchedThroughTheGatewayEndpointByWhoMay(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	declareSecret(a)
	source := filepath.Join(t.TempDir(), "cart")
	require.NoError(t, os.WriteFile(source, []byte("release 1"), 0o600))
	declare(a, a.Objects, "object", Object{Bucket: "releases", Key: "cart/1", Source: source})
	declare(a, a.Objects, "private", Object{Bucket: "releases", Key: "private", Content: "x"})

	_, err := a.fetchObject(a.app, "profile", "releases", "cart/1")
	require.ErrorIs(t, err, errRefused)

	prefixList := declare(a, a.VPCEndpoints, "vpce-s3", VPCEndpoint{ServiceName: "com.amazonaws.eu-west-1.s3"})["prefixListId"].(string)
	declare(a, a.EgressRules, "to-s3", SecurityGroupRule{
		SecurityGroupID: "sg-app", IPProtocol: "tcp", FromPort: 443, ToPort: 443, PrefixListID: prefixList})
	path, err := a.fetchObject(a.app, "profile", "releases", "cart/1")
	require.NoError(t, err)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "release 1", string(content))

	_, err = a.fetchObject(a.app, "profile", "releases", "private")
	require.ErrorContains(t, err, "access denied")
	_, err = a.fetchObject(a.app, "profile", "releases", "cart/2")
	require.ErrorContains(t, err, "no such object")
	require.NoError(t, a.Objects.Delete(t.Context(), named("object")))
	_, err = a.fetchObject(a.app, "profile", "releases", "cart/1")
	require.ErrorContains(t, err, "no such object")
}
