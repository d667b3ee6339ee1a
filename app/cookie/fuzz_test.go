package cookie

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

// FuzzDecode looks for content that breaks the decoder, or that it accepts though no release writes it.
func FuzzDecode(f *testing.F) {
	for _, c := range []content{
		{},
		{expires: 1 << 40, customer: 1<<63 - 1, wrote: 1 << 40, signedIn: 1, cart: shop.Cart{ID: "A", Orders: 1<<63 - 1}},
		{expires: 1, cart: shop.Cart{Lines: []shop.Line{{SKU: "coat", Quantity: 99}, {SKU: "tee", Quantity: 1}}}, left: 7, unknown: []byte{9, 1, 7, 10, 0}},
	} {
		f.Add(c.encode(), byte(version))
	}
	f.Add([]byte("\x01\x07\x09\x01\x03tee"), byte(1))
	f.Add([]byte("\x01\x07\x09\x05\x01\x03tee"), byte(2))
	f.Fuzz(func(t *testing.T, text []byte, of byte) {
		c, err := decode(text, of)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(c.cart.Lines), shop.MaxLines)
		last := ""
		for _, line := range c.cart.Lines {
			require.Greater(t, line.SKU, last)
			require.Positive(t, line.Quantity)
			require.LessOrEqual(t, line.Quantity, shop.MaxQuantity)
			last = line.SKU
		}
		for _, number := range []int64{c.expires, c.customer, int64(c.wrote), c.signedIn, c.cart.Orders, c.left} {
			require.GreaterOrEqual(t, number, int64(0))
		}
		again, err := decode(c.encode(), version)
		require.NoError(t, err)
		require.Equal(t, c, again)
	})
}

// FuzzToken looks for a token that breaks the store, or that it believes without having made it.
func FuzzToken(f *testing.F) {
	for _, token := range append(slices.Clone(written), written[0][:40], written[0][:40]+"\r"+written[0][40:], "", "AQAAAAA", "AQ") {
		f.Add(token)
	}
	store := openStore(fixed(testKey(1), testKey(2)))
	f.Fuzz(func(t *testing.T, token string) {
		cart, err := store.Cart(t.Context(), shop.OpenSession(token))
		if err != nil {
			require.ErrorIs(t, err, shop.ErrUnavailable)
		}
		if !slices.Contains(written, token) {
			require.Empty(t, cart.Lines)
		}
	})
}
