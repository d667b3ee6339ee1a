package lazy

import (
	"context"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/dial"
	"myclothes/app/redis"
	"myclothes/app/shop"
)

// oneCustomer is a CustomerDatabase of one account, which may be gone.
type oneCustomer struct {
	CustomerDatabase
	gone bool
}

func (c *oneCustomer) CustomerAsOf(context.Context, int64, shop.Position) (shop.Customer, shop.Position, error) {
	if c.gone {
		return shop.Customer{}, 2, shop.ErrUnauthenticated
	}
	return shop.Customer{Name: "Ada"}, 1, nil
}

func (c *oneCustomer) DeleteCustomer(context.Context, int64) (shop.Position, error) {
	c.gone = true
	return 2, nil
}

func TestADeletedCustomerIsNotReadFromTheCache(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(redis.Config{Address: apptest.StartRedis(t, nil).Addr, Dialer: dial.From(netip.Addr{})})
	t.Cleanup(func() { client.Close() })
	customers := NewCustomers(redis.NewOptional(client, patient), &oneCustomer{})
	ada, err := customers.Customer(t.Context(), 1, 0)
	require.NoError(t, err)
	require.Equal(t, "Ada", ada.Name)
	_, err = customers.DeleteCustomer(t.Context(), 1)
	require.NoError(t, err)
	_, err = customers.Customer(t.Context(), 1, 0)
	require.ErrorIs(t, err, shop.ErrUnauthenticated)
}
