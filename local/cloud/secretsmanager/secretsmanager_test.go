package secretsmanager

import (
	"context"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/api"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/iam"
)

const secretARN = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:cache-a1b2c3"

// secretAccount has a secret and a profile whose role may read it, behind the API.
type secretAccount struct {
	*cloudtest.VPC
	*api.API
	policies *iam.IAM
}

func newSecretAccount(t *testing.T) *secretAccount {
	t.Helper()
	a := &secretAccount{VPC: cloudtest.NewVPC(t), policies: iam.New()}
	secrets := NewSecrets()
	versions := NewVersions(secrets, a.policies)
	var err error
	a.API, err = api.Open(a.Host, a.Network, api.Service{Name: "secretsmanager", ID: "SECRETS_MANAGER", Target: Target, Call: versions.Call})
	require.NoError(t, err)
	t.Cleanup(a.API.Close)
	_, err = secrets.Create(t.Context(), aws.Resource{ID: secretARN, Name: "cache", ARN: secretARN}, Secret{})
	require.NoError(t, err)
	for _, version := range []string{"1", "2"} {
		_, err = versions.Create(t.Context(), aws.Resource{ID: secretARN + "|" + version}, SecretVersion{secretARN, "value " + version})
		require.NoError(t, err)
	}
	cloudtest.Declare(t, a.policies.Roles, "role", iam.Role{})
	cloudtest.Declare(t, a.policies.RolePolicies, "policy", iam.RolePolicy{Role: "role", Policy: `{"Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"` + secretARN + `"}]}`})
	cloudtest.Declare(t, a.policies.InstanceProfiles, "profile", iam.InstanceProfile{Role: "role"})
	return a
}

func (a *secretAccount) client(from *ec2.Interface, environment []string) *secretsmanager.Client {
	sdk := a.SDK("SECRETS_MANAGER", from, environment)
	return secretsmanager.New(secretsmanager.Options{
		Region: "eu-west-1", BaseEndpoint: &sdk.Endpoint, HTTPClient: sdk.Client, Credentials: sdk.Credentials, RetryMaxAttempts: 1,
	})
}

func getSecret(client *secretsmanager.Client, id string) (string, error) {
	output, err := client.GetSecretValue(context.Background(), &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return "", err
	}
	return awssdk.ToString(output.SecretString), nil
}

func TestInstanceReadsItsSecretThroughTheAWSSDK(t *testing.T) {
	t.Parallel()
	a := newSecretAccount(t)
	a.AllowInternet("sg-app")
	client := a.client(a.App, a.Environment(a.App, "i-app", "profile"))
	value, err := getSecret(client, secretARN)
	require.NoError(t, err)
	require.Equal(t, "value 2", value)
	value, err = getSecret(client, "cache")
	require.NoError(t, err)
	require.Equal(t, "value 2", value)
}

func TestSecretIsRefusedToWhoMayNotReadIt(t *testing.T) {
	t.Parallel()
	a := newSecretAccount(t)
	a.AllowInternet("sg-app")
	cloudtest.Declare(t, a.policies.Roles, "other-role", iam.Role{})
	cloudtest.Declare(t, a.policies.InstanceProfiles, "other-profile", iam.InstanceProfile{Role: "other-role"})
	neighbour := a.Attach("i-neighbour", "sg-app")
	environment := a.Environment(a.App, "i-app", "profile")

	code := func(client *secretsmanager.Client, id string) string {
		_, err := getSecret(client, id)
		return cloudtest.ErrorCode(t, err)
	}
	other := a.client(neighbour, a.Environment(neighbour, "i-neighbour", "other-profile"))
	require.Equal(t, "AccessDeniedException", code(other, secretARN))
	own := a.client(a.App, environment)
	require.Equal(t, "AccessDeniedException", code(own, secretARN+"-another"))
	stolen := a.client(neighbour, environment)
	require.Equal(t, "UnrecognizedClientException", code(stolen, secretARN), "credentials from another instance's address")
	a.Forget("i-app")
	require.Equal(t, "UnrecognizedClientException", code(own, secretARN), "a terminated instance")
}

func TestAnOperationThatIsNotModelledIsUnknown(t *testing.T) {
	t.Parallel()
	a := newSecretAccount(t)
	a.AllowInternet("sg-app")
	client := a.client(a.App, a.Environment(a.App, "i-app", "profile"))
	_, err := client.RotateSecret(t.Context(), &secretsmanager.RotateSecretInput{SecretId: awssdk.String(secretARN)})
	require.Equal(t, "UnknownOperationException", cloudtest.ErrorCode(t, err))
	_, err = client.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: awssdk.String(secretARN)})
	require.Equal(t, "AccessDeniedException", cloudtest.ErrorCode(t, err), "it may only read the value")
}

func TestInstanceWithoutAWayToTheInternetReachesNoAPI(t *testing.T) {
	t.Parallel()
	a := newSecretAccount(t)
	_, err := getSecret(a.client(a.App, a.Environment(a.App, "i-app", "profile")), secretARN)
	require.Error(t, err)
	var problem smithy.APIError
	require.NotErrorAs(t, err, &problem, "the connection itself is refused")
}

func TestASecretIsReadThroughTheInterfaceEndpoint(t *testing.T) {
	t.Parallel()
	a := newSecretAccount(t)
	require.NoError(t, a.Network.Routes().Delete(t.Context(), cloudtest.Named("internet")))
	endpoint := ec2.VPCEndpoint{
		ServiceName: "com.amazonaws.eu-west-1.secretsmanager", VPCEndpointType: "Interface", PrivateDNSEnabled: true,
		SubnetIDs: cloudtest.AppSubnets, SecurityGroupIDs: []string{"sg-endpoint"}}
	cloudtest.Declare(t, a.Network.VPCEndpoints(), "vpce", endpoint)
	environment := a.Environment(a.App, "i-app", "profile")
	_, err := getSecret(a.client(a.App, environment), secretARN)
	require.Error(t, err)
	a.Allow("sg-app", "sg-endpoint", 443, 443)
	_, err = getSecret(a.client(a.App, environment), secretARN)
	require.NoError(t, err)

	endpoint.Policy = `{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}`
	cloudtest.Declare(t, a.Network.VPCEndpoints(), "vpce", endpoint)
	_, err = getSecret(a.client(a.App, environment), secretARN)
	require.Equal(t, "AccessDeniedException", cloudtest.ErrorCode(t, err))

	require.NoError(t, a.Network.IngressRules().Delete(t.Context(), cloudtest.Named("sg-app-to-sg-endpoint-443-in")))
	_, err = getSecret(a.client(a.App, environment), secretARN)
	require.Error(t, err)
	var problem smithy.APIError
	require.NotErrorAs(t, err, &problem, "a new connection is refused")
}
