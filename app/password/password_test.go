package password

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

func TestOnlyTheRightPasswordMatches(t *testing.T) {
	t.Parallel()
	h := NewHasher()
	hash, err := h.Hash(t.Context(), "correct horse")
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$`, hash)
	require.NoError(t, h.Verify(t.Context(), hash, "correct horse"))
	require.ErrorIs(t, h.Verify(t.Context(), hash, "correct house"), ErrMismatch)
	again, err := h.Hash(t.Context(), "correct horse")
	require.NoError(t, err)
	require.NotEqual(t, hash, again, "every hash has a salt of its own")
}

func TestAnAccountThatDoesNotExistNeverMatches(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, NewHasher().Verify(t.Context(), "", ""), ErrMismatch)
}

func TestADamagedHashIsAnErrorOfOurs(t *testing.T) {
	t.Parallel()
	h := NewHasher()
	for _, hash := range []string{"plain", "$argon2id$v=19$m=19456,t=2,p=1$****************-*****$x"} {
		err := h.Verify(t.Context(), hash, "x")
		require.Error(t, err)
		require.NotErrorIs(t, err, ErrMismatch)
	}
}

func TestHashingWaitsForAFreeSlotNoLongerThanTheRequest(t *testing.T) {
	t.Parallel()
	h := NewHasher()
	for range concurrent {
		require.NoError(t, h.acquire(t.Context()))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Hash(ctx, "x")
	require.ErrorIs(t, err, shop.ErrUnavailable)
}
