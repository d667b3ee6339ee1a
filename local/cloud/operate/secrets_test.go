package operate_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/cloudtest"
	local "myclothes/local/cloud/secretsmanager"
)

func TestASecretIsRotatedByItsLabels(t *testing.T) {
	t.Parallel()
	const first = "terraform-20261124120000000000000001"
	a := newAccount(t)
	cloudtest.Declare(t, a.Secrets, "cache", local.Secret{})
	_, err := a.SecretVersions.Create(t.Context(), aws.Resource{ID: "cache|" + first}, local.SecretVersion{SecretID: "cache", SecretString: "old"})
	require.NoError(t, err)

	put := a.mustAWS("secretsmanager", "put-secret-value", "--secret-id", "cache", "--secret-string", "new", "--version-stages", "AWSPENDING")
	pending, _ := at(put, "VersionId").(string)
	client := secretsmanager.NewFromConfig(a.config())
	value := func(stage string) string {
		out, err := client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: new("cache"), VersionStage: &stage})
		require.NoError(t, err)
		return *out.SecretString
	}
	require.Equal(t, "old", value("AWSCURRENT"))
	require.Equal(t, "new", value("AWSPENDING"))
	a.mustAWS("secretsmanager", "update-secret-version-stage", "--secret-id", "cache", "--version-stage", "AWSCURRENT",
		"--move-to-version-id", pending, "--remove-from-version-id", first)
	require.Equal(t, "new", value("AWSCURRENT"))
	require.Equal(t, "old", value("AWSPREVIOUS"))
	described, err := client.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: new("cache")})
	require.NoError(t, err)
	require.Equal(t, []string{"AWSPREVIOUS"}, described.VersionIdsToStages[first])
	listed, err := client.ListSecretVersionIds(t.Context(), &secretsmanager.ListSecretVersionIdsInput{SecretId: new("cache")})
	require.NoError(t, err)
	require.Len(t, listed.Versions, 2)
	secrets, err := client.ListSecrets(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "cache", *secrets.SecretList[0].Name)
	_, err = client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: new("none")})
	require.Equal(t, "ResourceNotFoundException", cloudtest.ErrorCode(t, err))
}
