package dynamodb

import (
	"context"
	"errors"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// update is what becomes of an item, on a condition. Parts that are empty are left out.
type update struct {
	set, remove, add, delete string
	condition                string // in addition to usable
	names                    map[string]string
	values                   attributes
}

// usable is the condition of every update: the item is there, has not expired, and is of a format that this release
// knows.
const usable = "expires > :now AND " + readable

const readable = "(attribute_not_exists(leastFormat) OR leastFormat <= :format)"

func (u update) expression() (expression string) {
	for _, clause := range []struct{ verb, what string }{{"SET ", u.set}, {" REMOVE ", u.remove}, {" ADD ", u.add}, {" DELETE ", u.delete}} {
		if clause.what != "" {
			expression += clause.verb + clause.what
		}
	}
	return expression
}

// apply updates an item and returns it as it is then. With errCondition, there is none, or it is not as the update
// requires, and nothing happened.
func (s *Store) apply(ctx context.Context, id string, u update) (*item, error) {
	values := s.known()
	maps.Copy(values, u.values)
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: s.table, Key: key(id),
		UpdateExpression: aws.String(u.expression()), ConditionExpression: aws.String(usable + " AND " + u.condition),
		ExpressionAttributeNames: u.names, ExpressionAttributeValues: values,
		ReturnValues: types.ReturnValueAllNew,
	}, s.untilKnown)
	if err != nil {
		return nil, explain(err)
	}
	return parseItem(out.Attributes, s.now())
}

// known are the values that the condition usable names.
func (s *Store) known() attributes {
	return attributes{":now": number(s.now().Unix()), ":format": number(format)}
}

// get returns an item, as of every write that was acknowledged; nil if there is none.
func (s *Store) get(ctx context.Context, id string) (*item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: s.table, Key: key(id), ConsistentRead: aws.Bool(true),
	}, s.untilKnown)
	if err != nil {
		return nil, explain(err)
	}
	return parseItem(out.Item, s.now())
}

// put writes an item under an identifier that is new. If there is one already, it was this call that wrote it, whose
// answer was lost.
func (s *Store) put(ctx context.Context, i item) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: s.table, Item: i.attributes(), ConditionExpression: aws.String("attribute_not_exists(id)"),
	}, s.untilKnown)
	return ignoreCondition(explain(err))
}

// remove removes an item, if it is there.
func (s *Store) remove(ctx context.Context, id string) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: s.table, Key: key(id)}, s.untilKnown)
	return explain(err)
}

// rewrite replaces a customer's cart, and which guests' it has taken in, by what change makes of the item, unless that
// says that there is nothing to do. It begins again when the cart has changed meanwhile.
func (s *Store) rewrite(ctx context.Context, customer int64, change func(*item) (bool, error)) error {
	for {
		i, err := s.get(ctx, customerID(customer))
		if err != nil || i == nil {
			return err
		}
		if wanted, err := change(i); err != nil || !wanted {
			return err
		}
		_, err = s.apply(ctx, i.id, update{
			set: "cart = :cart, orders = :orders, merged = :merged", add: "changes :one",
			condition: "changes = :changes",
			values: attributes{
				":cart": i.cartAttribute(), ":orders": number(i.orders), ":merged": i.mergedAttribute(),
				":one": number(1), ":changes": number(i.changes),
			},
		})
		if !errors.Is(err, errCondition) {
			return err
		}
	}
}
