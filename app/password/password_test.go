package password

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOnlyTheRightPasswordMatches(t *testing.T) {
	t.Parallel()
	h := NewHasher(Recommended)
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
	require.ErrorIs(t, NewHasher(Recommended).Verify(t.Context(), "", ""), ErrMismatch)
}

func TestADamagedHashIsAnErrorOfOurs(t *testing.T) {
	t.Parallel()
	h := NewHasher(Recommended)
	for _, hash := range []string{"plain", "$argon2id$v=19$m=19456,t=2,p=1$****************-*****$x"} {
		err := h.Verify(t.Context(), hash, "x")
		require.Error(t, err)
		require.NotErrorIs(t, err, ErrMismatch)
	}
}

// occupy takes every slot.
func occupy(t *testing.T, h *Hasher) {
	t.Helper()
	for range cap(h.slots) {
		require.NoError(t, h.acquire(t.Context()))
	}
}

func TestHalfTheProcessorsAreLeftToOthers(t *testing.T) {
	t.Parallel()
	for processors, want := range map[int]int{1: 1, 2: 1, 3: 1, 4: 2, 64: 32} {
		require.Equal(t, want, slotsOf(processors))
	}
}

func TestHashingWaitsForAFreeSlotForAShortTime(t *testing.T) {
	t.Parallel()
	h := NewHasher(Recommended)
	h.patience = 10 * time.Millisecond
	occupy(t, h)
	_, err := h.Hash(t.Context(), "x")
	require.ErrorIs(t, err, ErrBusy)
	require.ErrorIs(t, h.Verify(t.Context(), "", "x"), ErrBusy)

	h.patience = time.Hour
	time.AfterFunc(10*time.Millisecond, h.release)
	_, err = h.Hash(t.Context(), "x")
	require.NoError(t, err)
}

func TestHashingWaitsNoLongerThanTheRequest(t *testing.T) {
	t.Parallel()
	h := NewHasher(Recommended)
	occupy(t, h)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Hash(ctx, "x")
	require.ErrorIs(t, err, context.Canceled)
}
