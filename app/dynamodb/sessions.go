package dynamodb

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"myclothes/app/shop"
)

// SignedIn implements shop.SessionStore. For a customer it takes a second round trip: their position is in
// an item of its own, because all their sessions share it.
func (s *Store) SignedIn(ctx context.Context, session *shop.Session) (shop.Identity, error) {
	i, err := s.update(ctx, session, update{retryer: s.repeatable})
	if i == nil || i.customer == 0 {
		return shop.Identity{}, err
	}
	found, err := s.read(ctx, customerID(i.customer))
	if err != nil {
		return shop.Identity{}, err
	}
	wrote, err := numberOf(found, attrWrote)
	return shop.Identity{Customer: i.customer, Wrote: shop.Position(wrote)}, err
}

// SignIn implements shop.SessionStore.
func (s *Store) SignIn(ctx context.Context, session *shop.Session, customer int64, wrote shop.Position) error {
	if err := s.Wrote(ctx, session, customer, wrote); err != nil {
		return err
	}
	id := shop.NewSessionID()
	if _, err := s.move(ctx, session, id, func(i item) (item, bool) {
		i.customer = customer
		return i, true
	}); err != nil {
		return err
	}
	session.Keep(id)
	return nil
}

// SignOut implements shop.SessionStore.
func (s *Store) SignOut(ctx context.Context, session *shop.Session) error {
	id := shop.NewSessionID()
	kept, err := s.move(ctx, session, id, func(i item) (item, bool) {
		i.customer = 0
		return i, len(i.cart) > 0
	})
	if err != nil {
		return err
	}
	if kept {
		session.Keep(id)
	} else {
		session.End()
	}
	return nil
}

// move puts the session under a new identifier, changed as change says, unless that says not to keep it.
// First it writes the new item, then it removes the old one, provided that nothing has changed in it
// meanwhile: whatever fails in between, no cart is lost.
func (s *Store) move(ctx context.Context, session *shop.Session, id string, change func(item) (item, bool)) (kept bool, err error) {
	for {
		old, err := s.get(ctx, session)
		if err != nil {
			return false, err
		}
		if old == nil && kept {
			return true, nil // another request has ended the old session; the cart is here
		}
		from := item{cart: attributes{}}
		if old != nil {
			from = *old
		}
		to, keep := change(from)
		if keep {
			if err := s.put(ctx, id, to); err != nil {
				return false, err
			}
		}
		kept = keep
		if old == nil {
			return kept, nil
		}
		if err := s.remove(ctx, session, old.changes); !errors.Is(err, errCondition) {
			return kept, err
		}
	}
}

// remove removes the session unless it has changed since.
func (s *Store) remove(ctx context.Context, session *shop.Session, changes int64) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: s.table, Key: key(sessionID(session.Token())),
		ConditionExpression:       aws.String("changes = :changes"),
		ExpressionAttributeValues: attributes{":changes": number(changes)},
	}, with(s.repeatable))
	return explain(err)
}

// Wrote implements shop.SessionStore. The item lives as long as a session: replicas are not that far behind.
func (s *Store) Wrote(ctx context.Context, _ *shop.Session, customer int64, at shop.Position) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: s.table, Key: key(customerID(customer)),
		UpdateExpression:          aws.String("SET wrote = :at, expires = :expires"),
		ConditionExpression:       aws.String("attribute_not_exists(wrote) OR wrote < :at"),
		ExpressionAttributeValues: attributes{":at": number(int64(at)), ":expires": number(s.expires())},
	}, with(s.repeatable))
	return ignoreCondition(explain(err))
}
