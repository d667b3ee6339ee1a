package secrets

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/stretchr/testify/require"
)

// manager is a Secrets Manager with one secret.
type manager struct {
	mu    sync.Mutex
	value string
	reads int
	takes time.Duration // to answer with the value as of the beginning
	err   error         // instead of a value
}

func (m *manager) GetSecretValue(ctx context.Context, _ *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	m.mu.Lock()
	m.reads++
	out, err, takes := &secretsmanager.GetSecretValueOutput{SecretString: aws.String(m.value)}, m.err, m.takes
	m.mu.Unlock()
	select {
	case <-time.After(takes):
		return out, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (m *manager) becomes(value string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.value, m.err = value, err
}

func (m *manager) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.reads
}

type login struct{ Password string }

func requireValue(t *testing.T, secret *Secret[login], want string) {
	t.Helper()
	value, err := secret.Value(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, value.Password)
}

const (
	first  = `{"password":"first"}`
	second = `{"password":"second"}`
)

// All tests run on the clock of a bubble, which waits for nobody.

func TestASecretIsReadOnceUntilItExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{value: first}
		secret := New[login](m, "arn")
		for range 3 {
			requireValue(t, secret, "first")
		}
		require.Equal(t, 1, m.count())
		m.becomes(second, nil)
		time.Sleep(leastAge)
		secret.Expire()
		requireValue(t, secret, "second")
	})
}

func TestASecretThatIsUsedIsReadAgainEveryFewMinutesAndNobodyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{value: first}
		secret := New[login](m, "arn")
		requireValue(t, secret, "first")
		m.becomes(second, nil)
		m.takes = time.Second
		time.Sleep(maxAge + 1)
		before := time.Now()
		requireValue(t, secret, "first")
		require.Equal(t, before, time.Now(), "who happens to come then does not wait")
		time.Sleep(2 * time.Second)
		requireValue(t, secret, "second")
		require.Equal(t, 2, m.count())
	})
}

func TestASecretThatNobodyUsedForLongIsReadBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{value: first, takes: time.Millisecond}
		secret := New[login](m, "arn")
		requireValue(t, secret, "first")
		m.becomes(second, nil)
		time.Sleep(time.Hour)
		requireValue(t, secret, "second")
	})
}

func TestAValueGoesOnWhileSecretsManagerIsAway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{value: first}
		secret := New[login](m, "arn")
		requireValue(t, secret, "first")
		m.becomes(first, errors.New("away"))
		time.Sleep(maxAge + 1)
		for range 10 {
			requireValue(t, secret, "first")
			synctest.Wait()
		}
		require.Equal(t, 2, m.count(), "it is not asked for every use")
		time.Sleep(leastAge)
		secret.Expire()
		requireValue(t, secret, "first")
		m.becomes(second, nil)
		requireValue(t, secret, "second")
	})
}

func TestAFreshValueIsOneThatWasReadAfterTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{value: first, takes: 100 * time.Millisecond}
		secret := New[login](m, "arn")
		go secret.Fresh(t.Context())
		synctest.Wait() // the read with the first value is in flight
		time.Sleep(10 * time.Millisecond)
		m.becomes(second, nil)
		var callers sync.WaitGroup
		for range 100 {
			callers.Go(func() {
				value, err := secret.Fresh(t.Context())
				require.NoError(t, err)
				require.Equal(t, "second", value.Password)
			})
		}
		callers.Wait()
		require.Equal(t, 2, m.count(), "callers share the reads")
	})
}

func TestAFloodOfCallsDoesNotFloodSecretsManager(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &manager{value: first}
		secret := New[login](m, "arn")
		for range 100 {
			requireValue(t, secret, "first")
			secret.Expire()
		}
		require.Equal(t, 1, m.count())
		before := time.Now()
		for range 5 {
			_, err := secret.Fresh(t.Context())
			require.NoError(t, err)
		}
		require.LessOrEqual(t, m.count(), 2+int(time.Since(before)/leastAge))
		require.LessOrEqual(t, time.Since(before), 5*leastAge)
	})
}

func TestAFreshValueIsNotWaitedForLongerThanTheCallersPatience(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		secret := New[login](&manager{value: first, takes: time.Minute}, "arn")
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_, err := secret.Fresh(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = secret.Value(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		time.Sleep(readTimeout)
	})
}

func TestTheErrorOfABrokenSecretDoesNotQuoteIt(t *testing.T) {
	t.Parallel()
	_, err := New[login](&manager{value: `"hunter2`}, "arn:x").Value(t.Context())
	require.ErrorContains(t, err, "arn:x")
	require.NotContains(t, err.Error(), "hunter2")
}
