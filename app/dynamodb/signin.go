package dynamodb

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"myclothes/app/shop"
)

// SignIn implements shop.SessionStore, in steps that may each be the last one for now: whoever signs in again with
// the same token goes on from there, and every line counts once. Until the customer has the guest's cart, the guest may
// go on with it instead. What only another release knows about the guest goes to the customer's session.
func (s *Store) SignIn(ctx context.Context, session *shop.Session, customer int64, wrote shop.Position) error {
	epoch, err := s.openAccount(ctx, customer)
	if err != nil {
		return err
	}
	if err := s.Wrote(ctx, session, customer, wrote); err != nil {
		return err
	}
	guest, err := s.freeze(ctx, session, customer)
	if err != nil {
		return err
	}
	token := shop.NewSessionID()
	lifetime, _ := s.lifetimes.Renewed(0, 0, true)
	fresh := item{id: sessionID(token), since: s.in(0), expires: s.in(lifetime), customer: customer, epoch: epoch}
	if guest != nil {
		fresh.unknown = guest.unknown
	}
	if err := s.put(ctx, fresh); err != nil {
		return err
	}
	if err := s.merge(ctx, session, customer, guest); err != nil {
		return err
	}
	if shop.IsSessionID(session.Token()) {
		if err := s.remove(ctx, sessionID(session.Token())); err != nil {
			return err
		}
	}
	session.Keep(token)
	return nil
}

// openAccount makes the customer's item if there is none, or if what is there has expired, and returns its epoch.
func (s *Store) openAccount(ctx context.Context, customer int64) (epoch string, err error) {
	id := customerID(customer)
	for {
		account, err := s.get(ctx, id)
		if err != nil {
			return "", err
		}
		if account != nil {
			return account.epoch, s.name(ctx, account)
		}
		fresh := item{id: id, expires: s.in(s.lifetimes.Idle), epoch: newEpoch(), cart: attributes{}, cartID: shop.NewSessionID()}
		_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: s.table, Item: fresh.attributes(),
			ConditionExpression:       aws.String("attribute_not_exists(id) OR (expires <= :now AND " + readable + ")"),
			ExpressionAttributeValues: s.known(),
		}, s.untilKnown)
		if err := explain(err); !errors.Is(err, errCondition) {
			return fresh.epoch, err
		}
	}
}

// name gives a cart an ID that an earlier release has begun without.
func (s *Store) name(ctx context.Context, account *item) error {
	if account.cartID != "" {
		return nil
	}
	_, err := s.apply(ctx, account.id, update{
		set: "cartID = :id", condition: "attribute_not_exists(cartID)", values: attributes{":id": text(shop.NewSessionID())},
	})
	return ignoreCondition(err)
}

// newEpoch returns what tells the sessions of an account from those that were ended. An account whose item is lost
// has no sessions any more: nothing that was ended comes back.
func newEpoch() string { return rand.Text()[:10] }
