package datastore

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// moves notes where an endpoint was moved.
type moves [][]netip.AddrPort

func (m *moves) Move(upstreams ...netip.AddrPort) { *m = append(*m, upstreams) }

func TestClientsKeepTheOldAddressUntilItsLifetimeIsOver(t *testing.T) {
	t.Parallel()
	var m moves
	r := NewRoute(&m)
	old, next := netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("127.0.0.1:2")
	now := time.Now()
	r.Point(now, old)
	r.Settle(now)
	require.Equal(t, moves{{old}}, m)

	due := now.Add(5 * time.Second)
	r.Point(due, next)
	when, waits := r.Settle(due.Add(-1))
	require.True(t, waits)
	require.Equal(t, due, when)
	require.False(t, r.Settled())
	r.Point(due.Add(time.Hour), next) // it is on its way there already
	_, waits = r.Settle(due)
	require.False(t, waits)
	require.True(t, r.Settled())
	require.Equal(t, moves{{old}, {next}}, m)
}

func TestARouteThatIsTakenBackMovesNobody(t *testing.T) {
	t.Parallel()
	var m moves
	r := NewRoute(&m)
	old, next := netip.MustParseAddrPort("127.0.0.1:1"), netip.MustParseAddrPort("127.0.0.1:2")
	now := time.Now()
	r.Point(now, old)
	r.Settle(now)
	r.Point(now.Add(time.Second), next)
	r.Point(now.Add(time.Second), old)
	r.Settle(now.Add(time.Minute))
	require.Equal(t, moves{{old}}, m)
}
