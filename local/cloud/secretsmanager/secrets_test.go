package secretsmanager

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/cloudtest"
	"myclothes/local/cloud/iam"
)

func TestADeletedSecretKeepsItsNameUntilItsRecoveryWindowIsOver(t *testing.T) {
	t.Parallel()
	days := func(n int) Secret { return Secret{RecoveryWindowInDays: &n} }
	for name, c := range map[string]struct {
		declared Secret
		taken    bool
	}{
		"declared": {days(7), true}, "not declared": {Secret{}, true}, "none": {days(0), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			secrets := NewSecrets()
			cloudtest.Declare(t, secrets, "cache", c.declared)
			require.NoError(t, secrets.Delete(t.Context(), cloudtest.Named("cache")))
			_, there := secrets.Find("cache")
			require.False(t, there)
			_, err := secrets.Create(t.Context(), cloudtest.Named("cache"), c.declared)
			if !c.taken {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "InvalidRequestException: You can't create this secret because a secret with this name is already scheduled for deletion")
		})
	}
}

func TestTheWindowIsTheOneOfTheLastUpdate(t *testing.T) {
	t.Parallel()
	none := 0
	secrets := NewSecrets()
	cloudtest.Declare(t, secrets, "cache", Secret{})
	_, err := secrets.Update(t.Context(), cloudtest.Named("cache"), Secret{RecoveryWindowInDays: &none})
	require.NoError(t, err)
	require.NoError(t, secrets.Delete(t.Context(), cloudtest.Named("cache")))
	cloudtest.Declare(t, secrets, "cache", Secret{})
}

func TestANameIsTakenOnceAndAWindowHasBounds(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets()
	cloudtest.Declare(t, secrets, "cache", Secret{})
	_, err := secrets.Create(t.Context(), cloudtest.Named("cache"), Secret{})
	require.ErrorContains(t, err, "ResourceExistsException")
	three := 3
	_, err = secrets.Create(t.Context(), cloudtest.Named("other"), Secret{RecoveryWindowInDays: &three})
	require.ErrorContains(t, err, "between 7 and 30 days")
}

func TestASecretThatIsMarkedForDeletionIsNotRead(t *testing.T) {
	t.Parallel()
	secrets := NewSecrets()
	versions := NewVersions(secrets, iam.New())
	cloudtest.Declare(t, secrets, "cache", Secret{})
	cloudtest.Declare(t, versions, "cache|1", SecretVersion{SecretID: "cache", SecretString: "x"})
	read := func() error {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"SecretId":"cache"}`))
		require.NoError(t, err)
		_, err = versions.Call(iam.Caller{Operator: true}, "GetSecretValue", request)
		return err
	}
	require.NoError(t, read())
	require.NoError(t, secrets.Delete(t.Context(), cloudtest.Named("cache")))
	require.ErrorContains(t, read(), "marked for deletion")
}
