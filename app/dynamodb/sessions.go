package dynamodb

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"myclothes/app/shop"
)

// SignedIn implements shop.SessionStore.
func (s *Store) SignedIn(ctx context.Context, session *shop.Session) (shop.Identity, error) {
	current, err := s.renew(ctx, session)
	if err != nil || current == nil || current.customer == 0 {
		return shop.Identity{}, err
	}
	account, err := s.updateAccount(ctx, session, current, update{retryer: s.repeatable})
	if err != nil || account == nil {
		return shop.Identity{}, err
	}
	return shop.Identity{Customer: current.customer, Wrote: shop.Position(account.wrote)}, nil
}

// SignOut implements shop.SessionStore.
func (s *Store) SignOut(ctx context.Context, session *shop.Session) error {
	current, err := s.renew(ctx, session)
	if err != nil {
		return err
	}
	if current == nil {
		session.End()
		return nil
	}
	if current.customer == 0 {
		return nil
	}
	if err := s.remove(ctx, sessionID(session.Token())); err != nil {
		return err
	}
	session.End()
	return nil
}

// SignOutEverywhere implements shop.SessionStore: the account gets another epoch, and all its sessions name the
// one before.
func (s *Store) SignOutEverywhere(ctx context.Context, session *shop.Session) error {
	current, err := s.renew(ctx, session)
	if err != nil {
		return err
	}
	if current != nil && current.customer != 0 {
		ended := update{set: "epoch = :next", values: attributes{":next": text(newEpoch())}, retryer: s.repeatable}
		_, err := s.apply(ctx, customerID(current.customer), accountOf(current.epoch), ended)
		if ignoreCondition(err) != nil {
			return err
		}
	}
	return s.SignOut(ctx, session)
}

// Ordered implements shop.SessionStore.
func (s *Store) Ordered(ctx context.Context, session *shop.Session, r shop.Receipt) error {
	current, err := s.renew(ctx, session)
	if err != nil || current == nil {
		return err
	}
	id, g := sessionID(session.Token()), guestSession
	if current.customer != 0 {
		id, g = customerID(current.customer), accountOf(current.epoch)
	}
	return s.rewrite(ctx, id, g, func(i *item) (bool, error) {
		cart, err := i.shopCart()
		if err != nil || r.Number <= i.lastOrder {
			return false, err
		}
		paid := cart.Paid(r)
		i.cart, i.lastOrder = cartOf(paid.Lines), paid.Orders
		return true, nil
	})
}

// rewrite replaces the cart of an item by what change makes of it, unless that says that there is nothing to do.
// It begins again when the cart has changed meanwhile.
func (s *Store) rewrite(ctx context.Context, id string, g guard, change func(*item) (bool, error)) error {
	for {
		i, err := s.get(ctx, id)
		if err != nil || i == nil {
			return err
		}
		changes := i.changes
		if wanted, err := change(i); err != nil || !wanted {
			return err
		}
		_, err = s.apply(ctx, id, g, update{
			set:       "cart = :cart, lastOrder = :order, merged = :merged",
			condition: "changes = :changes",
			values: attributes{
				":cart": i.cartAttribute(), ":order": number(i.lastOrder), ":merged": i.mergedAttribute(), ":changes": number(changes),
			},
			retryer: s.repeatable,
		})
		if !errors.Is(err, errCondition) {
			return err
		}
	}
}

// Wrote implements shop.SessionStore.
func (s *Store) Wrote(ctx context.Context, _ *shop.Session, customer int64, at shop.Position) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: s.table, Key: key(customerID(customer)),
		UpdateExpression:          aws.String("SET wrote = :at, expires = :expires"),
		ConditionExpression:       aws.String("attribute_exists(epoch) AND wrote < :at"),
		ExpressionAttributeValues: attributes{":at": number(int64(at)), ":expires": number(s.expires())},
	}, with(s.repeatable))
	return ignoreCondition(explain(err))
}
