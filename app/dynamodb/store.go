// Package dynamodb keeps carts and sessions in a DynamoDB table, the alternative to a cache on rung 4 of
// the ladder. The table has the partition key "id" (a string) and removes items by "expires"; the service
// needs GetItem, PutItem, UpdateItem and DeleteItem on it, and nothing else.
package dynamodb

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"myclothes/app/shop"
)

// Store keeps each session in one item, with the cart if it is that of a guest. A customer's cart is in the item of
// the customer, which all their sessions share. A change is one conditional update of the item, so changes at the
// same moment all count and none passes a limit; it has a name, which the item remembers, so that it can be sent again
// until it is answered. Reading writes nothing unless a session is to be renewed. A guest's operation is one round
// trip; a customer's are up to three: their sessions name only who they are.
type Store struct {
	client     *dynamodb.Client
	table      *string
	lifetimes  shop.Lifetimes
	now        func() time.Time
	untilKnown func(*dynamodb.Options)
}

var _ shop.SessionStore = (*Store)(nil)

// NewStore returns a store in the table, whose sessions live as long as lifetimes say. It makes no
// call: the table may be away, now or at any time. Calls are repeated until their contexts end.
func NewStore(client *dynamodb.Client, table string, lifetimes shop.Lifetimes) *Store {
	retryer := untilKnown()
	return &Store{
		client: client, table: aws.String(table), lifetimes: lifetimes, now: time.Now,
		untilKnown: func(o *dynamodb.Options) { o.Retryer = retryer },
	}
}

// in is the time after d, in Unix seconds.
func (s *Store) in(d time.Duration) int64 { return s.now().Add(d).Unix() }

// Ping implements shop.SessionStore.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.get(ctx, "ping")
	return err
}

// Cart implements shop.CartStore.
func (s *Store) Cart(ctx context.Context, session *shop.Session) (shop.Cart, error) {
	current, account, err := s.open(ctx, session)
	switch {
	case err != nil || current == nil:
		return shop.Cart{}, err
	case account != nil:
		return account.shopCart()
	}
	return current.shopCart()
}

// Add implements shop.CartStore.
func (s *Store) Add(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	u := update{
		set:    "cart.#sku = if_not_exists(cart.#sku, :none) + :quantity",
		values: attributes{":none": number(0), ":room": number(shop.MaxQuantity - quantity)},
	}
	return s.changeLine(ctx, session, u, sku, quantity, func(before int) int { return before + quantity })
}

// Set implements shop.CartStore.
func (s *Store) Set(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	if quantity > 0 {
		u := update{set: "cart.#sku = :quantity", values: attributes{":room": number(shop.MaxQuantity)}}
		return s.changeLine(ctx, session, u, sku, quantity, func(int) int { return quantity })
	}
	i, err := s.change(ctx, session, update{remove: "cart.#sku", names: map[string]string{"#sku": sku}}, nothingForbids)
	if err != nil || i == nil {
		return shop.Cart{}, err
	}
	return i.shopCart()
}

// Clear implements shop.CartStore.
func (s *Store) Clear(ctx context.Context, session *shop.Session) error {
	empty := attributes{":empty": &types.AttributeValueMemberM{Value: attributes{}}}
	_, err := s.change(ctx, session, update{set: "cart = :empty", values: empty}, nothingForbids)
	return err
}

func nothingForbids(*item) error { return nil }

// changeLine changes one line that has at most :room pieces before, first in the session there is, and if that is gone or
// never was, in a new one: an identifier that this store did not issue is not adopted. after is what the update makes
// of the pieces before.
func (s *Store) changeLine(ctx context.Context, session *shop.Session, u update, sku string, quantity int, after func(before int) int) (shop.Cart, error) {
	u.names = map[string]string{"#sku": sku}
	u.condition = "(cart.#sku <= :room OR (attribute_not_exists(cart.#sku) AND size(cart) < :lines))"
	u.values[":quantity"], u.values[":lines"] = number(quantity), number(shop.MaxLines)
	i, err := s.change(ctx, session, u, func(i *item) error {
		cart, err := i.shopCart()
		if err == nil {
			_, err = cart.With(sku, after(cart.Quantity(sku)))
		}
		return err
	})
	if err != nil {
		return shop.Cart{}, err
	}
	if i == nil {
		return s.begin(ctx, session, sku, quantity)
	}
	return i.shopCart()
}

// begin makes a new session with one line.
func (s *Store) begin(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	if err := session.MayBegin(); err != nil {
		return shop.Cart{}, err
	}
	id := shop.NewSessionID()
	i := item{id: sessionID(id), since: s.in(0), expires: s.in(s.lifetimes.First()), cart: attributes{sku: number(quantity)}}
	if err := s.put(ctx, i); err != nil {
		return shop.Cart{}, err
	}
	session.Keep(id)
	return i.shopCart()
}
