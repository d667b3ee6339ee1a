package cookie

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

// FuzzDecode looks for content that breaks the decoder, or that it accepts though encode does not write it.
func FuzzDecode(f *testing.F) {
	for _, c := range []content{
		{expires: time.Unix(0, 0)},
		{expires: time.Unix(1<<40, 0), customer: 1<<63 - 1, wrote: 1 << 40, lastOrder: 1<<63 - 1},
		{expires: time.Unix(1, 0), lines: []shop.Line{{SKU: "coat", Quantity: 99}, {SKU: "tee", Quantity: 1}}},
	} {
		f.Add(c.encode(), byte(version))
		f.Add(c.encode(), byte(1))
	}
	f.Fuzz(func(t *testing.T, text []byte, of byte) {
		c, err := decode(text, of)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(c.lines), shop.MaxLines)
		last := ""
		for _, line := range c.lines {
			require.Greater(t, line.SKU, last)
			require.Positive(t, line.Quantity)
			require.LessOrEqual(t, line.Quantity, shop.MaxQuantity)
			last = line.SKU
		}
		require.GreaterOrEqual(t, c.customer, int64(0))
		require.GreaterOrEqual(t, c.wrote, shop.Position(0))
		require.GreaterOrEqual(t, c.lastOrder, int64(0))
		again, err := decode(c.encode(), version)
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}

// written is what a release of each version wrote with testKey(1): until the year 2100, customer 7, two tees, and
// since version 2 order 9.
var written = []string{
	"AXLNboQaOIbZ0XhATaFWv0ndxz2xUBRwSK4ou0FJI0V7R3JIuBvyRfwC_ark0GUYIKQ",
	"AnLNboRrKhArmUX3zjBghbgrsbn1QcEE11ACrzhOlbf1k1yb5rfeOojLPfRkL0NECwcB",
}

func TestCookiesOfEveryReleaseAreRead(t *testing.T) {
	t.Parallel()
	require.Len(t, written, version)
	store := openStore(fixed(testKey(1)))
	for i, token := range written {
		require.Equal(t, 2, pieces(t, store, token))
		who, err := store.SignedIn(t.Context(), shop.OpenSession(token))
		require.NoError(t, err)
		require.Equal(t, shop.Identity{Customer: 7, Wrote: 1 << 40}, who)
		cart, err := store.Cart(t.Context(), shop.OpenSession(token))
		require.NoError(t, err)
		require.Equal(t, []int64{0, 9}[i], cart.Orders)
	}
}

// FuzzToken looks for a token that breaks the store, or that it believes without having made it.
func FuzzToken(f *testing.F) {
	for _, token := range append(written, written[0][:40], "", "AQAAAAA", "AQ") {
		f.Add(token)
	}
	store := openStore(fixed(testKey(1), testKey(2)))
	f.Fuzz(func(t *testing.T, token string) {
		cart, err := store.Cart(t.Context(), shop.OpenSession(token))
		require.NoError(t, err)
		if !slices.Contains(written, token) {
			require.Empty(t, cart.Lines)
		}
	})
}
