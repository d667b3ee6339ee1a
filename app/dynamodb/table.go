package dynamodb

import (
	"context"
	"errors"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"myclothes/app/shop"
)

// update is a change of an item that renews it too. The zero value renews alone.
type update struct {
	set, remove string // clauses of an update expression
	condition   string // in addition to the guard
	names       map[string]string
	values      attributes
	retryer     aws.Retryer
}

// guard says which items an update is for, besides that they have not expired.
type guard struct {
	condition string
	values    attributes
}

var (
	anySession   = guard{condition: "attribute_not_exists(frozen)"}
	guestSession = guard{condition: "attribute_not_exists(frozen) AND attribute_not_exists(epoch)"}
)

// accountOf is for the item of a customer while sessions of this epoch count.
func accountOf(epoch string) guard {
	return guard{"epoch = :epoch", attributes{":epoch": text(epoch)}}
}

// expression counts the change, for whoever replaces the cart meanwhile.
func (u update) expression() string {
	expression := "SET expires = :expires"
	if u.set != "" {
		expression += ", " + u.set
	}
	if u.remove != "" {
		expression += " REMOVE " + u.remove
	}
	if u.changes() {
		expression += " ADD changes :one"
	}
	return expression
}

func (u update) changes() bool { return u.set != "" || u.remove != "" }

// apply updates an item and returns it as it is then. With errCondition, there is none, or it is not as guard and
// update require.
func (s *Store) apply(ctx context.Context, id string, g guard, u update) (*item, error) {
	values := attributes{":expires": number(s.expires()), ":now": number(s.now().Unix())}
	maps.Copy(values, g.values)
	maps.Copy(values, u.values)
	if u.changes() {
		values[":one"] = number(1)
	}
	condition := "expires > :now AND " + g.condition
	if u.condition != "" {
		condition += " AND " + u.condition
	}
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: s.table, Key: key(id),
		UpdateExpression: aws.String(u.expression()), ConditionExpression: &condition,
		ExpressionAttributeNames: u.names, ExpressionAttributeValues: values,
		ReturnValues: types.ReturnValueAllNew,
	}, with(u.retryer))
	if err != nil {
		return nil, explain(err)
	}
	return parseItem(out.Attributes, s.now())
}

// renew renews the session and returns it; nil if there is none.
func (s *Store) renew(ctx context.Context, session *shop.Session) (*item, error) {
	if !shop.IsSessionID(session.Token()) {
		return nil, nil
	}
	i, err := s.apply(ctx, sessionID(session.Token()), anySession, update{retryer: s.repeatable})
	if err == nil {
		session.Keep(session.Token())
	}
	return i, ignoreCondition(err)
}

// update updates the item that holds the session's cart, renews the session, and returns that item as it is then;
// nil if there is no such session. With errCondition, the update's own condition does not hold, and the item is
// returned as it was a moment later. A guest's is one round trip; a customer's is found out to be one first.
func (s *Store) update(ctx context.Context, session *shop.Session, u update) (*item, error) {
	if !shop.IsSessionID(session.Token()) {
		return nil, nil
	}
	if u.changes() {
		i, err := s.apply(ctx, sessionID(session.Token()), guestSession, u)
		if err == nil {
			session.Keep(session.Token())
		}
		if !errors.Is(err, errCondition) {
			return i, err
		}
	}
	current, err := s.renew(ctx, session)
	switch {
	case err != nil || current == nil:
		return nil, err
	case current.customer != 0:
		return s.updateAccount(ctx, session, current, u)
	case u.changes():
		return current, errCondition
	}
	return current, nil
}

// updateAccount updates the item of the customer whose session it is. A session that was ended is removed.
func (s *Store) updateAccount(ctx context.Context, session *shop.Session, current *item, u update) (*item, error) {
	id := customerID(current.customer)
	i, err := s.apply(ctx, id, accountOf(current.epoch), u)
	if !errors.Is(err, errCondition) {
		return i, err
	}
	account, err := s.get(ctx, id)
	if err != nil {
		return nil, err
	}
	if account == nil || account.epoch != current.epoch {
		session.End()
		return nil, s.remove(ctx, sessionID(session.Token()))
	}
	return account, errCondition
}

func ignoreCondition(err error) error {
	if errors.Is(err, errCondition) {
		return nil
	}
	return err
}

// get returns an item; nil if there is none.
func (s *Store) get(ctx context.Context, id string) (*item, error) {
	found, err := s.read(ctx, id)
	if err != nil {
		return nil, err
	}
	return parseItem(found, s.now())
}

// read returns an item, as of every write that was acknowledged; nil if there is none.
func (s *Store) read(ctx context.Context, id string) (attributes, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: s.table, Key: key(id), ConsistentRead: aws.Bool(true),
	}, with(s.repeatable))
	if err != nil {
		return nil, explain(err)
	}
	return out.Item, nil
}

// put writes a new item. It is not repeated: when both were carried out, the second could undo what was acknowledged
// between them.
func (s *Store) put(ctx context.Context, id string, i item) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: s.table, Item: i.attributes(id, s.expires()),
	}, with(s.notRepeatable))
	return explain(err)
}

// remove removes an item, if it is there.
func (s *Store) remove(ctx context.Context, id string) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: s.table, Key: key(id)}, with(s.repeatable))
	return explain(err)
}

func (s *Store) expires() int64 { return s.now().Add(s.ttl).Unix() }

func with(r aws.Retryer) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) { o.Retryer = r }
}
