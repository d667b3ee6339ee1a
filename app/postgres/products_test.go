package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/catalog"
	"myclothes/app/ordertest"
	"myclothes/app/shop"
)

// readOutdated orders at a price that the replica still shows and the writer does not.
func (r *replicas) readOutdated(t *testing.T) {
	shown := catalog.New(r.db)
	price := func() int {
		sold, err := shown.Range(t.Context())
		require.NoError(t, err)
		product, _ := sold.Product("tee-navy")
		return product.PriceCents
	}
	before := price()
	r.pauseReplay(t)
	defer r.resumeReplay(t)
	r.primary.Exec("shop", "update products set price_cents = price_cents + 1 where sku = 'tee-navy'")
	c := ordertest.Checkout()
	c.Key, c.Cart = "outdated", "outdated"
	c.Lines = []shop.OrderLine{{SKU: "tee-navy", Quantity: 1, UnitPriceCents: before}}
	var err error
	r.customer, _, err = r.db.UpdateCustomer(t.Context(), r.customer.ID, shop.Profile{Name: "Grace", Address: ordertest.Home})
	require.NoError(t, err)
	_, _, _, err = r.db.PlaceOrder(t.Context(), r.customer.ID, c)
	require.ErrorIs(t, err, shop.ErrOutdated)
	require.Equal(t, before, price(), "nobody has said that it is outdated")
	shown.Forget(t.Context())
	require.Equal(t, before+1, price())
	c.Lines[0].UnitPriceCents = price()
	_, created, _, err := r.db.PlaceOrder(t.Context(), r.customer.ID, c)
	require.NoError(t, err)
	require.True(t, created)
	r.wrote, err = r.db.Position(t.Context())
	require.NoError(t, err)
}
