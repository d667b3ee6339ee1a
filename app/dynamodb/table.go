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

// update is a change of a session that renews it too. The zero value renews alone.
type update struct {
	set, remove string // clauses of an update expression
	condition   string // in addition to that the session is there
	names       map[string]string
	values      attributes
	retryer     aws.Retryer
}

// expression counts the change, for whoever replaces the session meanwhile.
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

// update updates the session and returns it as it is then; nil if there is none. With errCondition, the
// update's own condition does not hold, and the session is returned as it was a moment later.
func (s *Store) update(ctx context.Context, session *shop.Session, u update) (*item, error) {
	if !shop.IsSessionID(session.Token()) {
		return nil, nil
	}
	values := attributes{":expires": number(s.expires()), ":now": number(s.now().Unix())}
	maps.Copy(values, u.values)
	if u.changes() {
		values[":one"] = number(1)
	}
	condition := "expires > :now"
	if u.condition != "" {
		condition += " AND " + u.condition
	}
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: s.table, Key: key(sessionID(session.Token())),
		UpdateExpression: aws.String(u.expression()), ConditionExpression: &condition,
		ExpressionAttributeNames: u.names, ExpressionAttributeValues: values,
		ReturnValues: types.ReturnValueAllNew,
	}, with(u.retryer))
	if err = explain(err); err == nil {
		session.Keep(session.Token())
		return parseItem(out.Attributes, s.now())
	}
	if !errors.Is(err, errCondition) || u.condition == "" {
		return nil, ignoreCondition(err)
	}
	i, readErr := s.get(ctx, session)
	if readErr != nil || i == nil {
		return nil, readErr
	}
	return i, err
}

func ignoreCondition(err error) error {
	if errors.Is(err, errCondition) {
		return nil
	}
	return err
}

// get returns the session as it is; nil if there is none.
func (s *Store) get(ctx context.Context, session *shop.Session) (*item, error) {
	if !shop.IsSessionID(session.Token()) {
		return nil, nil
	}
	found, err := s.read(ctx, sessionID(session.Token()))
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

// put writes a session under a new identifier.
func (s *Store) put(ctx context.Context, id string, i item) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: s.table, Item: i.attributes(sessionID(id), s.expires()),
	}, with(s.repeatable))
	return explain(err)
}

func (s *Store) expires() int64 { return s.now().Add(s.ttl).Unix() }

func with(r aws.Retryer) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) { o.Retryer = r }
}
