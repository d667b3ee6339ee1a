package secretsmanager

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/iam"
)

// labelled is the versions of one secret: "id: labels", the oldest first.
func labelled(s *Versions) []string {
	var shown []string
	for _, v := range s.versions {
		shown = append(shown, v.id+": "+strings.Join(slices.Sorted(slices.Values(v.stages)), " "))
	}
	return shown
}

func TestLabelsMoveAsSecretsManagerMovesThem(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets()
	s := NewVersions(secrets, iam.New())
	secret := aws.Resource{ID: secretARN, Name: "cache", ARN: secretARN}
	_, err := secrets.Create(t.Context(), secret, Secret{})
	require.NoError(t, err)
	put := func(id string, stages ...string) {
		_, err := s.putValue(secret, input{ClientRequestToken: id, SecretString: new("value " + id), VersionStages: stages})
		require.NoError(t, err)
	}
	_, err = s.Create(t.Context(), aws.Resource{ID: secretARN + "|a"}, SecretVersion{secretARN, "value a"})
	require.NoError(t, err)
	put("b", "AWSPENDING")
	require.Equal(t, []string{"a: AWSCURRENT", "b: AWSPENDING"}, labelled(s))
	_, err = s.moveStage(secret, input{VersionStage: current, MoveToVersionId: "b"})
	require.ErrorContains(t, err, "RemoveFromVersionId")
	_, err = s.moveStage(secret, input{VersionStage: current, MoveToVersionId: "b", RemoveFromVersionId: "a"})
	require.NoError(t, err)
	require.Equal(t, []string{"a: AWSPREVIOUS", "b: AWSCURRENT AWSPENDING"}, labelled(s))
	put("c")
	require.Equal(t, []string{"a: ", "b: AWSPENDING AWSPREVIOUS", "c: AWSCURRENT"}, labelled(s))
	_, err = s.moveStage(secret, input{VersionStage: "AWSPENDING", RemoveFromVersionId: "b"})
	require.NoError(t, err)
	_, err = s.moveStage(secret, input{VersionStage: current, RemoveFromVersionId: "c"})
	require.ErrorContains(t, err, "can't remove the staging label AWSCURRENT")
	_, err = s.moveStage(secret, input{VersionStage: current, MoveToVersionId: "b", RemoveFromVersionId: "c"})
	require.NoError(t, err)
	require.Equal(t, []string{"a: ", "b: AWSCURRENT", "c: AWSPREVIOUS"}, labelled(s))

	_, err = s.putValue(secret, input{ClientRequestToken: "c", SecretString: new("another")})
	require.ErrorContains(t, err, "ResourceExistsException")
	put("c")
	require.Len(t, s.versions, 3, "the same token is the same version")
	require.NoError(t, s.Delete(t.Context(), aws.Resource{ID: secretARN + "|a"}))
	require.Equal(t, []string{"b: AWSCURRENT", "c: AWSPREVIOUS"}, labelled(s))
}
