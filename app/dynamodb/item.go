package dynamodb

import (
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"myclothes/app/shop"
)

// attributes are an item, or the values of an expression.
type attributes = map[string]types.AttributeValue

// The attributes of items. None is a reserved word of DynamoDB.
const (
	attrID       = "id"       // partition key: "session:" and the identifier, or "customer:" and the number
	attrExpires  = "expires"  // Unix seconds; DynamoDB removes the item some time after
	attrCart     = "cart"     // map of quantities by SKU
	attrCustomer = "customer" // who is signed in; 0: nobody
	attrChanges  = "changes"  // grows with every change of the cart
	attrOrder    = "lastOrder"
	attrEpoch    = "epoch"  // of a customer: which sessions count; of a customer's session: the customer's then
	attrWrote    = "wrote"  // of a customer: position in the database's log
	attrMerged   = "merged" // of a customer: tokens of the latest guests' sessions whose carts were taken in
)

// item is the session of a guest, with a cart; that of a customer, with customer and epoch; or a customer, with all
// that their sessions share. The sessions of guests have an attribute more, "frozen", while their carts move.
type item struct {
	cart      attributes
	customer  int64
	changes   int64
	lastOrder int64
	epoch     string
	wrote     int64
	merged    []string
	expires   int64
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number[N int | int64](n N) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
}

func key(id string) attributes {
	return attributes{attrID: &types.AttributeValueMemberS{Value: id}}
}

func sessionID(token string) string { return "session:" + token }

func customerID(customer int64) string { return "customer:" + strconv.FormatInt(customer, 10) }

// numberOf reads a number; 0 if the item has none of that name.
func numberOf(a attributes, name string) (int64, error) {
	value, there := a[name]
	if !there {
		return 0, nil
	}
	text, ok := value.(*types.AttributeValueMemberN)
	if !ok {
		return 0, fmt.Errorf("table: attribute %s is a %T: a number is expected", name, value)
	}
	n, err := strconv.ParseInt(text.Value, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("table: attribute %s: %w", name, err)
	}
	return n, nil
}

// parseItem reads a session; nil if there is none, or if it has expired and is only waiting to be removed.
func parseItem(a attributes, now time.Time) (*item, error) {
	if a == nil {
		return nil, nil
	}
	i := &item{}
	for name, field := range map[string]*int64{
		attrExpires: &i.expires, attrCustomer: &i.customer, attrChanges: &i.changes, attrOrder: &i.lastOrder, attrWrote: &i.wrote,
	} {
		n, err := numberOf(a, name)
		if err != nil {
			return nil, err
		}
		*field = n
	}
	if i.expires <= now.Unix() {
		return nil, nil
	}
	if cart, ok := a[attrCart].(*types.AttributeValueMemberM); ok {
		i.cart = cart.Value
	}
	if epoch, ok := a[attrEpoch].(*types.AttributeValueMemberS); ok {
		i.epoch = epoch.Value
	}
	if merged, ok := a[attrMerged].(*types.AttributeValueMemberL); ok {
		for _, token := range merged.Value {
			if token, ok := token.(*types.AttributeValueMemberS); ok {
				i.merged = append(i.merged, token.Value)
			}
		}
	}
	return i, nil
}

// attributes is the item as it is written under an identifier. Only a customer's session has no cart, and only a
// guest's no epoch.
func (i item) attributes(id string, expires int64) attributes {
	a := key(id)
	a[attrExpires], a[attrCustomer], a[attrChanges], a[attrWrote] = number(expires), number(i.customer), number(i.changes), number(i.wrote)
	if i.epoch != "" {
		a[attrEpoch] = text(i.epoch)
	}
	if i.cart != nil {
		a[attrCart] = i.cartAttribute()
	}
	return a
}

func (i item) cartAttribute() types.AttributeValue {
	return &types.AttributeValueMemberM{Value: i.cart}
}

func (i item) mergedAttribute() types.AttributeValue {
	list := []types.AttributeValue{}
	for _, token := range i.merged {
		list = append(list, text(token))
	}
	return &types.AttributeValueMemberL{Value: list}
}

// cartOf is the attribute cart with these lines.
func cartOf(lines []shop.Line) attributes {
	cart := attributes{}
	for _, line := range lines {
		cart[line.SKU] = number(line.Quantity)
	}
	return cart
}

// shopCart is the cart as the shop knows it.
func (i item) shopCart() (shop.Cart, error) {
	lines := make([]shop.Line, 0, len(i.cart))
	for sku := range i.cart {
		quantity, err := numberOf(i.cart, sku)
		if err != nil {
			return shop.Cart{}, err
		}
		lines = append(lines, shop.Line{SKU: sku, Quantity: int(quantity)})
	}
	cart := shop.NewCart(lines)
	cart.Orders = i.lastOrder
	return cart, nil
}
