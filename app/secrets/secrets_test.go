package secrets

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/require"
)

// manager is a Secrets Manager with one secret.
type manager struct {
	mu    sync.Mutex
	value string
	reads int
}

func (m *manager) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(m.value)}, nil
}

type login struct{ Password string }

func TestASecretIsReadOnceUntilItExpires(t *testing.T) {
	t.Parallel()
	m := &manager{value: `{"password":"first"}`}
	secret := New[login](m, "arn")
	for range 3 {
		value, err := secret.Value(t.Context())
		require.NoError(t, err)
		require.Equal(t, "first", value.Password)
	}
	require.Equal(t, 1, m.reads)

	m.value = `{"password":"second"}`
	secret.read = secret.read.Add(-2 * leastAge)
	secret.Expire()
	value, err := secret.Value(t.Context())
	require.NoError(t, err)
	require.Equal(t, "second", value.Password)
}

func TestAFloodOfRefusalsDoesNotFloodSecretsManager(t *testing.T) {
	t.Parallel()
	m := &manager{value: `{"password":"x"}`}
	secret := New[login](m, "arn")
	for range 100 {
		_, err := secret.Value(t.Context())
		require.NoError(t, err)
		secret.Expire()
	}
	require.Equal(t, 1, m.reads)
}

func TestTheErrorOfABrokenSecretDoesNotQuoteIt(t *testing.T) {
	t.Parallel()
	_, err := New[login](&manager{value: `"hunter2`}, "arn:x").Value(t.Context())
	require.ErrorContains(t, err, "arn:x")
	require.NotContains(t, err.Error(), "hunter2")
}
