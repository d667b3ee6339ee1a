package ordertest

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

func momentary(t *testing.T, f *fixture) {
	c := Checkout()
	placed := f.places(f.ada, c)
	require.Equal(t, []string{"test-coat", "test-tee"}, []string{placed.Lines[0].SKU, placed.Lines[1].SKU})
	require.Equal(t, 2*2900+24900, shop.Total(placed.Lines))
	require.Equal(t, 2*2900+24900, placed.TotalCents)
	require.Equal(t, shop.Receipt{Cart: c.Cart, Number: c.CartOrder, Lines: paid(c)}, placed.Receipt())
	require.Equal(t, "Ada", placed.Name)
	require.Equal(t, Home, placed.Address)
	f.Sell("test-tee", 1)
	f.Move(f.ada, shop.Address{})
	f.has(f.ada, placed)
}

func oneKey(t *testing.T, f *fixture) {
	var made atomic.Int32
	var clicks sync.WaitGroup
	for range 30 {
		clicks.Go(func() {
			o, created, _, err := f.PlaceOrder(t.Context(), f.ada, Checkout())
			if err != nil || o.ID == 0 {
				t.Errorf("order %d, %v", o.ID, err)
			}
			if created {
				made.Add(1)
			}
		})
	}
	clicks.Wait()
	require.EqualValues(t, 1, made.Load())
	orders, err := f.Orders.Orders(t.Context(), f.ada, 0)
	require.NoError(t, err)
	require.Len(t, orders, 1)
	require.Len(t, orders[0].Lines, 2)
}

func oneFilling(t *testing.T, f *fixture) {
	var programs sync.WaitGroup
	outcomes := make([]error, 30)
	for i := range outcomes {
		programs.Go(func() {
			_, _, _, outcomes[i] = f.PlaceOrder(t.Context(), f.ada, checkout(fmt.Sprint("key", i), "cart", 1))
		})
	}
	programs.Wait()
	refusals := slices.DeleteFunc(outcomes, func(err error) bool { return err == nil })
	require.Len(t, refusals, 29)
	for _, err := range refusals {
		require.ErrorIs(t, err, shop.ErrConflict)
		require.NotErrorIs(t, err, shop.ErrOutdated)
		require.ErrorContains(t, err, "meanwhile")
	}
	orders, err := f.Orders.Orders(t.Context(), f.ada, 0)
	require.NoError(t, err)
	require.Len(t, orders, 1)
}

func ownOrders(_ *testing.T, f *fixture) {
	bob := f.Join(Home)
	one := f.places(f.ada, checkout("one", "cart", 1))
	two := f.places(f.ada, checkout("two", "cart", 2))
	three := f.places(f.ada, checkout("three", "another", 1))
	bobs := f.places(bob, checkout("one", "cart", 1))
	f.has(f.ada, three, two, one)
	f.has(bob, bobs)
}

func outOfOrder(_ *testing.T, f *fixture) {
	only := f.places(f.ada, checkout("four", "cart", 4))
	f.refuses(f.ada, checkout("two", "cart", 2))
	f.has(f.ada, only)
}

func foundByKey(t *testing.T, f *fixture) {
	first := f.places(f.ada, Checkout())
	f.Sell("test-tee", 1)
	f.Move(f.ada, shop.Address{})
	o, created, at, err := f.PlaceOrder(t.Context(), f.ada, Checkout())
	require.NoError(t, err)
	require.False(t, created)
	require.Positive(t, at)
	require.Equal(t, first, o)
	o, at, err = f.OrderByKey(t.Context(), f.ada, Checkout().Key)
	require.NoError(t, err)
	require.Positive(t, at)
	require.Equal(t, first, o)
}

func refused(t *testing.T, f *fixture) {
	first := f.places(f.ada, checkout("first", "cart", 1))
	second := checkout("second", "cart", 2)
	homeless := f.Join(shop.Address{})
	require.NotErrorIs(t, f.refuses(homeless, Checkout()), shop.ErrOutdated)
	require.NotErrorIs(t, f.refuses(f.ada, checkout("again", "cart", 1)), shop.ErrOutdated)
	for _, change := range []func(*shop.Checkout){
		func(c *shop.Checkout) { c.Lines[1].UnitPriceCents-- },
		func(c *shop.Checkout) { c.Lines = append(c.Lines, shop.OrderLine{SKU: "test-gone", Quantity: 1}) },
	} {
		c := second
		c.Lines = slices.Clone(c.Lines)
		change(&c)
		require.ErrorIs(t, f.refuses(f.ada, c), shop.ErrOutdated)
	}
	_, _, _, err := f.PlaceOrder(t.Context(), 1<<40, Checkout())
	require.ErrorIs(t, err, shop.ErrUnauthenticated)
	_, _, err = f.OrderByKey(t.Context(), f.ada, "second")
	require.ErrorIs(t, err, shop.ErrNotFound)
	f.has(homeless)
	f.has(f.ada, first)
	require.Equal(t, first.ID+1, f.places(f.ada, second).ID)
}

func cancelledOut(t *testing.T, f *fixture) {
	f.Sell("test-tee", 2900+100)
	f.Sell("test-coat", 24900-200)
	require.ErrorIs(t, f.refuses(f.ada, Checkout()), shop.ErrOutdated)
	f.has(f.ada)
}

func receipts(t *testing.T, f *fixture) {
	numbers := func(cart string, after int64) (numbers []int64) {
		t.Helper()
		receipts, at, err := f.Receipts(t.Context(), f.ada, cart, after)
		require.NoError(t, err)
		require.Equal(t, len(receipts) > 0, at > 0)
		for _, r := range receipts {
			require.Equal(t, shop.Receipt{Cart: cart, Number: r.Number, Lines: paid(Checkout())}, r)
			numbers = append(numbers, r.Number)
		}
		return numbers
	}
	for _, number := range []int64{1, 2, 5} {
		f.places(f.ada, checkout(fmt.Sprint("key", number), "cart", number))
	}
	f.places(f.ada, checkout("another", "another", 9))
	f.places(f.Join(Home), checkout("bob", "cart", 9))
	require.Equal(t, []int64{1, 2, 5}, numbers("cart", 0))
	require.Equal(t, []int64{5}, numbers("cart", 2))
	require.Empty(t, numbers("cart", 5))
	require.Empty(t, numbers("unknown", 0))
}

func private(t *testing.T, f *fixture) {
	bob := f.Join(Home)
	order := f.places(f.ada, Checkout())
	_, err := f.Order(t.Context(), bob, order.ID, 0)
	require.ErrorIs(t, err, shop.ErrNotFound)
	_, _, err = f.OrderByKey(t.Context(), bob, Checkout().Key)
	require.ErrorIs(t, err, shop.ErrNotFound)
	found, err := f.Order(t.Context(), f.ada, order.ID, 0)
	require.NoError(t, err)
	require.Equal(t, order, found)
}

func expensive(t *testing.T, f *fixture) {
	const price = 100_000_00
	c := Checkout()
	c.Lines = nil
	for i := range shop.MaxLines {
		sku := fmt.Sprintf("test-crown-%02d", i)
		f.Sell(sku, price)
		c.Lines = append(c.Lines, shop.OrderLine{SKU: sku, Quantity: shop.MaxQuantity, UnitPriceCents: price})
	}
	placed := f.places(f.ada, c)
	require.Equal(t, 495_000_000_00, placed.TotalCents)
	f.has(f.ada, placed)
}
