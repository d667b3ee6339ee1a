package ordertest

import (
	"testing"

	"myclothes/app/shop"
)

func TestTheLedgerKeepsTheContract(t *testing.T) {
	t.Parallel()
	Run(t, func(*testing.T) Shop {
		var customers []shop.Customer
		products := map[string]shop.Product{}
		ledger := &Ledger{
			Customer: func(id int64) (shop.Customer, error) {
				if id > int64(len(customers)) {
					return shop.Customer{}, shop.ErrUnauthenticated
				}
				return customers[id-1], nil
			},
			Product: func(sku string) (shop.Product, bool) {
				p, ok := products[sku]
				return p, ok
			},
		}
		return Shop{
			Orders: ledger,
			Join: func(a shop.Address) int64 {
				customers = append(customers, shop.Customer{Name: "Ada", Address: a})
				return int64(len(customers))
			},
			Move: func(customer int64, a shop.Address) { customers[customer-1].Address = a },
			Sell: func(sku string, price int) {
				products[sku] = shop.Product{SKU: sku, Name: sku, PriceCents: price}
			},
		}
	})
}
