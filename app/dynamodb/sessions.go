package dynamodb

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"myclothes/app/shop"
)

// tendTimeout bounds what is done beside an operation.
const tendTimeout = 500 * time.Millisecond

// open returns the session's item, and that of the customer whose session it is; nil if it is a guest's, or if there
// is no session.
func (s *Store) open(ctx context.Context, session *shop.Session) (current, account *item, err error) {
	if !shop.IsSessionID(session.Token()) {
		return nil, nil, nil
	}
	current, err = s.get(ctx, sessionID(session.Token()))
	if err != nil || current == nil {
		return nil, nil, err
	}
	if over, err := s.over(ctx, current); err != nil || over {
		return nil, nil, err
	}
	s.used(ctx, session, current)
	if current.customer == 0 {
		return current, nil, nil
	}
	account, err = s.get(ctx, customerID(current.customer))
	if err != nil {
		return nil, nil, err
	}
	if account == nil || account.epoch != current.epoch {
		return nil, nil, s.end(ctx, session)
	}
	s.tend(ctx, account)
	return current, account, nil
}

// end removes a session that was ended.
func (s *Store) end(ctx context.Context, session *shop.Session) error {
	err := s.remove(ctx, sessionID(session.Token()))
	if err == nil {
		session.End()
	}
	return err
}

// used renews a session that is used when it is time.
func (s *Store) used(ctx context.Context, session *shop.Session, current *item) {
	if s.tend(ctx, current) {
		session.Keep(session.Token())
	}
}

// tend renews an item when it is time, and rids it of changes that nobody repeats any more. It says whether the item was
// renewed. Whoever uses it next does what fails here, so nobody is told.
func (s *Store) tend(ctx context.Context, i *item) (renewed bool) {
	now, later := s.now(), i.expires
	lifetime, renew := s.lifetimes.Renewed(now.Sub(time.Unix(i.since, 0)), time.Unix(i.expires, 0).Sub(now), i.customer != 0)
	if renew {
		later = now.Add(lifetime).Unix()
	}
	stale := i.stale(now)
	if !renew && len(stale) < mostStale {
		return false
	}
	u := update{set: "expires = :later", condition: "expires <= :later", values: attributes{":later": number(later)}}
	if len(stale) > 0 {
		u.delete, u.values[":stale"] = "done :stale", set(stale...)
	}
	ctx, cancel := context.WithTimeout(ctx, tendTimeout)
	defer cancel()
	_, err := s.apply(ctx, i.id, u)
	return renew && err == nil
}

// SignedIn implements shop.SessionStore.
func (s *Store) SignedIn(ctx context.Context, session *shop.Session) (shop.Identity, error) {
	current, account, err := s.open(ctx, session)
	if err != nil || account == nil {
		return shop.Identity{}, err
	}
	return shop.Identity{Customer: current.customer, Wrote: shop.Position(account.wrote)}, nil
}

// SignOut implements shop.SessionStore.
func (s *Store) SignOut(ctx context.Context, session *shop.Session) error {
	current, account, err := s.open(ctx, session)
	switch {
	case err != nil:
		return err
	case current == nil:
		session.End()
		return nil
	case account == nil:
		return nil
	}
	return s.end(ctx, session)
}

// SignOutEverywhere implements shop.SessionStore: the account gets another epoch, and all its sessions name the
// one before.
func (s *Store) SignOutEverywhere(ctx context.Context, customer int64) error {
	_, err := s.apply(ctx, customerID(customer), update{
		set: "epoch = :next", condition: "attribute_exists(epoch)", values: attributes{":next": text(newEpoch())},
	})
	if !errors.Is(err, errCondition) {
		return err
	}
	_, err = s.get(ctx, customerID(customer)) // there is none, or it cannot be read
	return err
}

// Forget implements shop.SessionStore: sessions whose account is gone are over.
func (s *Store) Forget(ctx context.Context, customer int64) error {
	account, err := s.get(ctx, customerID(customer))
	if err != nil || account == nil {
		return err
	}
	_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: s.table, Key: key(account.id), ConditionExpression: aws.String("attribute_not_exists(id) OR " + readable),
		ExpressionAttributeValues: attributes{":format": number(format)},
	}, s.untilKnown)
	if err := explain(err); !errors.Is(err, errCondition) {
		return err
	}
	return unreadable("an item has another format by now")
}

// Ordered implements shop.SessionStore.
func (s *Store) Ordered(ctx context.Context, session *shop.Session, r shop.Receipt) error {
	current, account, err := s.open(ctx, session)
	if err != nil || account == nil {
		return err
	}
	return s.rewrite(ctx, current.customer, func(i *item) (bool, error) {
		cart, err := i.shopCart()
		if err != nil {
			return false, err
		}
		paid := cart.Paid(r)
		i.setCart(paid)
		return paid.Orders != cart.Orders, nil
	})
}

// Wrote implements shop.SessionStore.
func (s *Store) Wrote(ctx context.Context, _ *shop.Session, customer int64, at shop.Position) error {
	values := s.known()
	values[":at"], values[":expires"] = number(int64(at)), number(s.in(s.lifetimes.Idle))
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: s.table, Key: key(customerID(customer)),
		UpdateExpression:          aws.String("SET wrote = :at, expires = :expires"),
		ConditionExpression:       aws.String(usable + " AND attribute_exists(epoch) AND wrote < :at"),
		ExpressionAttributeValues: values,
	}, s.untilKnown)
	if err := explain(err); !errors.Is(err, errCondition) {
		return err
	}
	_, err = s.get(ctx, customerID(customer)) // it knows as much, or cannot be read
	return err
}
