package storetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

func lineLimit(t *testing.T, store shop.SessionStore) {
	token := begin(t, store)
	session := shop.OpenSession(token)
	_, err := store.Add(t.Context(), session, "tee", shop.MaxQuantity)
	require.ErrorIs(t, err, shop.ErrLimit)
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: 1}}, cartOf(t, store, token))
}

func cartLimit(t *testing.T, store shop.SessionStore) {
	session := shop.OpenSession(begin(t, store))
	for i := range shop.MaxLines - 1 {
		_, err := store.Add(t.Context(), session, fmt.Sprintf("sku-%d", i), 1)
		require.NoError(t, err)
	}
	_, err := store.Add(t.Context(), session, "one-too-many", 1)
	require.ErrorIs(t, err, shop.ErrLimit)
	_, err = store.Set(t.Context(), session, "one-too-many", 1)
	require.ErrorIs(t, err, shop.ErrLimit)
	cart, err := store.Add(t.Context(), session, "tee", 1)
	require.NoError(t, err, "a line that is there may still grow")
	require.Len(t, cart.Lines, shop.MaxLines)
}

// atOnce runs add for 0 to n-1 at the same moment and returns how many were refused for the limit.
func atOnce(t *testing.T, n int, add func(i int) error) (refused int) {
	t.Helper()
	results := make(chan error, n)
	var ready sync.WaitGroup
	ready.Add(n)
	for i := range n {
		go func() {
			ready.Done()
			ready.Wait()
			results <- add(i)
		}()
	}
	for range n {
		if err := <-results; err != nil {
			require.ErrorIs(t, err, shop.ErrLimit)
			refused++
		}
	}
	return refused
}

func concurrentAdds(t *testing.T, store shop.SessionStore) {
	token := begin(t, store)
	refused := atOnce(t, 100, func(i int) error {
		_, err := store.Add(t.Context(), shop.OpenSession(token), fmt.Sprintf("sku-%d", i%10), 1)
		return err
	})
	require.Zero(t, refused)
	lines := cartOf(t, store, token)
	require.Len(t, lines, 11)
	require.Equal(t, 101, shop.NewCart(lines).Count())
}

func concurrentLimit(t *testing.T, store shop.SessionStore) {
	token := begin(t, store)
	refused := atOnce(t, 100, func(int) error {
		_, err := store.Add(t.Context(), shop.OpenSession(token), "tee", 2)
		return err
	})
	require.Equal(t, 100-(shop.MaxQuantity-1)/2, refused)
	require.Equal(t, []shop.Line{{SKU: "tee", Quantity: shop.MaxQuantity}}, cartOf(t, store, token))
}

func concurrentLines(t *testing.T, store shop.SessionStore) {
	token := begin(t, store)
	refused := atOnce(t, 100, func(i int) error {
		_, err := store.Add(t.Context(), shop.OpenSession(token), fmt.Sprintf("sku-%d", i), 1)
		return err
	})
	require.Equal(t, 100-(shop.MaxLines-1), refused)
	require.Len(t, cartOf(t, store, token), shop.MaxLines)
}
