package redis

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

func TestIdsOfChangesAreCut(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	ids := func(n int, age time.Duration) string {
		id := binary.BigEndian.AppendUint32([]byte("left"), uint32(time.Now().Add(-age).Unix()))
		return strings.Repeat(string(id), n)
	}
	for _, test := range []struct {
		name   string
		before string
		after  int
	}{
		{"those that cannot come again", ids(2, 3*time.Second) + ids(5, time.Minute), 3},
		{"all of them", ids(100, 24*time.Hour), 1},
		{"half of what is too many", ids(remembered, 0), remembered/2 + 1},
		{"none of as many as there may be", ids(remembered-1, 0), remembered},
		{"those of a clock that is fast stay", ids(3, -time.Hour), 4},
	} {
		session := guest.with("s:TOKEN", fieldChanges, test.before).write(server)
		_, err := store.Add(t.Context(), session, "tee", 1)
		require.NoError(t, err, test.name)
		require.Len(t, server.Do("HGET", sessionKey(session.Token()), fieldChanges), 8*test.after, test.name)
	}
}

func TestAChangeWhoseIdMightHaveBeenCutIsTooLate(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	newer := string(binary.BigEndian.AppendUint32([]byte("next"), uint32(time.Now().Add(30*time.Second).Unix())))
	session := guest.with("s:TOKEN", fieldChanges, newer).write(server)
	_, err := store.Add(t.Context(), session, "tee", 1)
	require.ErrorIs(t, err, shop.ErrUnavailable)
	require.ErrorIs(t, store.Clear(t.Context(), session), shop.ErrUnavailable)
	require.Equal(t, twoTees, linesOf(t, store, session))
}

// TestIdsAreFoundWhole puts bytes of an id where two others meet.
func TestIdsAreFoundWhole(t *testing.T) {
	t.Parallel()
	server := apptest.StartRedis(t, nil)
	store := openStore(t, server.Addr, nil)
	id := newOperation()
	for changes, want := range map[string]int{
		"1234" + id + "5678":               5,
		"12345678" + id:                    2,
		"1234" + id + "5678" + id:          2,
		id + "12345678" + "12345678":       2,
		"1234567" + id + "8" + "12345678x": 5,
	} {
		session := guest.with("s:TOKEN", fieldChanges, changes).write(server)
		_, err := store.write(t.Context(), store.scripts.change, keys(session), id, "tee", 3, "add")
		require.NoError(t, err)
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, want, cart.Count(), "%q", changes)
	}
}
