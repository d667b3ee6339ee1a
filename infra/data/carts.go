package data

import (
	"slices"
	"strconv"
	"strings"

	"myclothes/infra/config"
)

// CartStore says where the service keeps carts. It is the rung of the ladder.
type CartStore string

// The cart stores.
const (
	StoreInstance    CartStore = "instance"    // in each instance's memory; lost with it
	StoreCookie      CartStore = "cookie"      // in the user's cookie, encrypted
	StoreElastiCache CartStore = "elasticache" // server sessions in ElastiCache
	StoreDynamoDB    CartStore = "dynamodb"    // server sessions in DynamoDB
)

// CartsConfig is what can be configured of where carts are.
type CartsConfig struct {
	Store      CartStore
	CookieKeys []int // numbers of the keys; the first encrypts
}

// Keys are the keys of carts.
func (c *CartsConfig) Keys() []config.Key {
	return []config.Key{
		config.OneOf(&c.Store, "cartStore", StoreElastiCache, []CartStore{StoreInstance, StoreCookie, StoreElastiCache, StoreDynamoDB},
			"Where carts are kept: instance (each instance's memory), cookie (the user's browser, encrypted), elasticache or dynamodb (server sessions)"),
		config.Parsed(&c.CookieKeys, "cookieKeys", "1", "1 to "+strconv.Itoa(mostCookieKeys)+" different numbers from 1 to 9999 with commas between them, like 2,1",
			"Numbers of the keys of cartStore cookie, the one that encrypts first. A key is changed in steps, five minutes apart: 1; 1,2; 2,1; 2", parseCookieKeys),
	}
}

// mostCookieKeys is how many keys there may be: a change needs two.
const mostCookieKeys = 4

// parseCookieKeys understands the numbers of the keys, the one that encrypts first.
func parseCookieKeys(value string) (numbers []int, ok bool) {
	for text := range strings.SplitSeq(value, ",") {
		number, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || number < 1 || number > 9999 || slices.Contains(numbers, number) || len(numbers) == mostCookieKeys {
			return nil, false
		}
		numbers = append(numbers, number)
	}
	return numbers, true
}

// Maintenance is when cache and database are changed.
type Maintenance struct {
	ApplyImmediately bool // and not in the maintenance window
}

// Keys are the keys of maintenance.
func (m *Maintenance) Keys() []config.Key {
	return []config.Key{config.Boolean(&m.ApplyImmediately, "applyImmediately", false,
		"Make changes to cache and database at once instead of in the maintenance window")}
}
