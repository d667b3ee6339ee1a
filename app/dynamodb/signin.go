package dynamodb

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"myclothes/app/shop"
)

// rememberedMerges is how many of the latest guests' sessions an account remembers to have taken in.
const rememberedMerges = 10

// SignIn implements shop.SessionStore, in steps that may each be the last one for now: whoever signs in again with
// the same token goes on from there, and every line counts once. From the second step on, nobody else knows the
// guest's session any more: who adds to it begins a new one.
func (s *Store) SignIn(ctx context.Context, session *shop.Session, customer int64, wrote shop.Position) error {
	epoch, err := s.openAccount(ctx, customer)
	if err != nil {
		return err
	}
	if err := s.Wrote(ctx, session, customer, wrote); err != nil {
		return err
	}
	guest, err := s.freeze(ctx, session)
	if err != nil {
		return err
	}
	if guest != nil {
		if err := s.merge(ctx, customer, epoch, session.Token(), guest); err != nil {
			return err
		}
	}
	id := shop.NewSessionID()
	if err := s.put(ctx, sessionID(id), item{customer: customer, epoch: epoch}); err != nil {
		return err
	}
	if shop.IsSessionID(session.Token()) {
		if err := s.remove(ctx, sessionID(session.Token())); err != nil {
			return err
		}
	}
	session.Keep(id)
	return nil
}

// openAccount makes the customer's item if there is none, or if what is there has expired, and returns its epoch.
func (s *Store) openAccount(ctx context.Context, customer int64) (epoch string, err error) {
	for {
		account, err := s.get(ctx, customerID(customer))
		if err != nil {
			return "", err
		}
		if account != nil {
			return account.epoch, nil
		}
		fresh := item{epoch: newEpoch(), cart: attributes{}}
		_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: s.table, Item: fresh.attributes(customerID(customer), s.expires()),
			ConditionExpression:       aws.String("attribute_not_exists(id) OR expires <= :now"),
			ExpressionAttributeValues: attributes{":now": number(s.now().Unix())},
		}, with(s.repeatable))
		if err := explain(err); err == nil || !errors.Is(err, errCondition) {
			return fresh.epoch, err
		}
	}
}

// freeze ends a guest's session for everybody but signing in, and returns it; nil if it is not that of a guest.
func (s *Store) freeze(ctx context.Context, session *shop.Session) (*item, error) {
	if !shop.IsSessionID(session.Token()) {
		return nil, nil
	}
	frozen := update{set: "frozen = :frozen", values: attributes{":frozen": number(1)}, retryer: s.repeatable}
	i, err := s.apply(ctx, sessionID(session.Token()), guard{condition: "attribute_not_exists(epoch)"}, frozen)
	return i, ignoreCondition(err)
}

// merge adds the guest's cart to the customer's, once.
func (s *Store) merge(ctx context.Context, customer int64, epoch, token string, guest *item) error {
	theirs, err := guest.shopCart()
	if err != nil || len(theirs.Lines) == 0 {
		return err
	}
	return s.rewrite(ctx, customerID(customer), accountOf(epoch), func(account *item) (bool, error) {
		cart, err := account.shopCart()
		if err != nil || slices.Contains(account.merged, token) {
			return false, err
		}
		account.cart = cartOf(cart.Merge(theirs.Lines).Lines)
		account.merged = append(account.merged, token)
		account.merged = account.merged[max(0, len(account.merged)-rememberedMerges):]
		return true, nil
	})
}

// newEpoch returns what tells the sessions of an account from those that were ended. An account whose item is lost
// has no sessions any more: nothing that was ended comes back.
func newEpoch() string { return rand.Text()[:10] }
