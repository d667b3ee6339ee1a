// Package dynamodb keeps carts and sessions in a DynamoDB table, the alternative to a cache on rung 4 of
// the ladder. The table has the partition key "id" (a string) and removes items by "expires"; the service
// needs GetItem, PutItem, UpdateItem and DeleteItem on it, and nothing else.
package dynamodb

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"myclothes/app/shop"
)

// Store keeps each session in one item, with the cart if it is that of a guest. A customer's cart is in the item of
// the customer, which all their sessions share. A change is one conditional update of the item, so changes at the
// same moment all count and none passes a limit. Reading is an update too, since it renews the session: one round
// trip for guests, at the price of a write. Customers take up to three: their sessions name only who they are.
type Store struct {
	client *dynamodb.Client
	table  *string
	ttl    time.Duration
	now    func() time.Time

	repeatable, notRepeatable aws.Retryer
}

var _ shop.SessionStore = (*Store)(nil)

// NewStore returns a store in the table, whose sessions live as long as lifetimes say. It makes no
// call: the table may be away, now or at any time.
func NewStore(client *dynamodb.Client, table string, lifetimes shop.Lifetimes) *Store {
	return &Store{
		client: client, table: aws.String(table), ttl: lifetimes.Idle, now: time.Now,
		repeatable: repeatable(), notRepeatable: notRepeatable(),
	}
}

// Ping implements shop.SessionStore.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.read(ctx, "ping")
	return err
}

// Cart implements shop.CartStore.
func (s *Store) Cart(ctx context.Context, session *shop.Session) (shop.Cart, error) {
	i, err := s.update(ctx, session, update{retryer: s.repeatable})
	if i == nil {
		return shop.Cart{}, err
	}
	return i.shopCart()
}

// Add implements shop.CartStore.
func (s *Store) Add(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	u := update{
		set:     "cart.#sku = if_not_exists(cart.#sku, :none) + :quantity",
		values:  attributes{":none": number(0)},
		retryer: s.notRepeatable,
	}
	return s.change(ctx, session, u, sku, quantity, shop.MaxQuantity-quantity)
}

// Set implements shop.CartStore.
func (s *Store) Set(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	if quantity > 0 {
		u := update{set: "cart.#sku = :quantity", values: attributes{}, retryer: s.notRepeatable}
		return s.change(ctx, session, u, sku, quantity, shop.MaxQuantity)
	}
	i, err := s.update(ctx, session, update{remove: "cart.#sku", names: map[string]string{"#sku": sku}, retryer: s.notRepeatable})
	if i == nil {
		return shop.Cart{}, err
	}
	return i.shopCart()
}

// Clear implements shop.CartStore.
func (s *Store) Clear(ctx context.Context, session *shop.Session) error {
	empty := attributes{":empty": &types.AttributeValueMemberM{Value: attributes{}}}
	_, err := s.update(ctx, session, update{set: "cart = :empty", values: empty, retryer: s.notRepeatable})
	return err
}

// change puts quantity into one line that has at most room pieces before, first in the session there is, and
// if that is gone or never was, in a new one: an identifier that this store did not issue is not adopted.
func (s *Store) change(ctx context.Context, session *shop.Session, u update, sku string, quantity, room int) (shop.Cart, error) {
	u.names = map[string]string{"#sku": sku}
	u.condition = "(cart.#sku <= :room OR (attribute_not_exists(cart.#sku) AND size(cart) < :lines))"
	u.values[":quantity"], u.values[":room"], u.values[":lines"] = number(quantity), number(room), number(shop.MaxLines)
	for {
		i, err := s.update(ctx, session, u)
		switch {
		case err == nil && i == nil:
			return s.begin(ctx, session, sku, quantity)
		case err == nil:
			return i.shopCart()
		case !errors.Is(err, errCondition):
			return shop.Cart{}, err
		}
		// If nothing forbids it any more, it is tried again.
		if err := i.refusal(sku, room); err != nil {
			return shop.Cart{}, err
		}
	}
}

// refusal says which limit forbids a change of the line; nil if none does.
func (i item) refusal(sku string, room int) error {
	before, err := numberOf(i.cart, sku)
	switch {
	case err != nil:
		return err
	case before > int64(room):
		return shop.TooMany(sku)
	case before == 0 && len(i.cart) >= shop.MaxLines:
		return shop.TooManyLines()
	}
	return nil
}

// begin makes a new session with one line.
func (s *Store) begin(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	i, id := item{cart: attributes{sku: number(quantity)}}, shop.NewSessionID()
	if err := s.put(ctx, sessionID(id), i); err != nil {
		return shop.Cart{}, err
	}
	session.Keep(id)
	return i.shopCart()
}
