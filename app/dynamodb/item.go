package dynamodb

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"myclothes/app/shop"
)

// attributes are an item, or the values of an expression.
type attributes = map[string]types.AttributeValue

// The attributes of items. None is a reserved word of DynamoDB. Those of other releases stay as they are.
const (
	attrID       = "id"          // partition key: "session:" and what the token is stored under, or "customer:" and the number
	attrExpires  = "expires"     // Unix seconds; DynamoDB removes the item some time after
	attrSince    = "since"       // of a session: when it began, or the customer signed in; Unix seconds
	attrCart     = "cart"        // map of quantities by SKU
	attrCartID   = "cartID"      // of a customer
	attrOrders   = "orders"      // of a customer: how many were taken out of the cart with this ID
	attrCustomer = "customer"    // who is signed in; 0: nobody
	attrChanges  = "changes"     // grows with every change of the cart
	attrDone     = "done"        // set of the latest changes' identifiers (see change)
	attrFrozen   = "frozen"      // of a guest's session: its cart moves (see move.go)
	attrMovesTo  = "movesTo"     // of a frozen session: the customer whose its cart becomes
	attrEpoch    = "epoch"       // of a customer: which sessions count; of a customer's session: the customer's then
	attrWrote    = "wrote"       // of a customer: position in the database's log
	attrMerged   = "merged"      // of a customer: the latest moves of guests' carts to it, made or given up
	attrFormat   = "leastFormat" // what a release must know at least to use the item; none: 1
)

// ours are all of them.
var ours = []string{
	attrID, attrExpires, attrSince, attrCart, attrCartID, attrOrders, attrCustomer, attrChanges, attrDone, attrFrozen, attrMovesTo,
	attrEpoch, attrWrote, attrMerged, attrFormat,
}

// format is what this release knows. A release that changes what its predecessors must not ignore writes a higher number
// into the items that they must leave alone, and is preceded by a release that knows that number: while a fleet is
// rolled, the next request may reach either. Attributes that are new need no new format.
const format = 1

// item is the session of a guest, with a cart; that of a customer, with customer and epoch; or a customer, with all
// that their sessions share.
type item struct {
	id       string
	expires  int64
	since    int64
	cart     attributes
	cartID   string
	orders   int64
	customer int64
	changes  int64
	done     []string
	frozen   int64
	movesTo  int64
	epoch    string
	wrote    int64
	merged   []string
	unknown  attributes // of other releases
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number[N int | int64](n N) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
}

func set(texts ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: texts} }

func key(id string) attributes { return attributes{attrID: text(id)} }

func sessionID(token string) string { return "session:" + shop.StorageKey(token) }

func customerID(customer int64) string { return "customer:" + strconv.FormatInt(customer, 10) }

// unreadable is what somebody else must have written.
func unreadable(format string, args ...any) error {
	return fmt.Errorf("table: %w: %s", shop.ErrUnavailable, fmt.Sprintf(format, args...))
}

// numberOf reads a number; 0 if there is none of that name.
func numberOf(a attributes, name string) (int64, error) {
	value, there := a[name]
	if !there {
		return 0, nil
	}
	text, ok := value.(*types.AttributeValueMemberN)
	if !ok {
		return 0, unreadable("attribute %s is a %T: a number is expected", name, value)
	}
	n, err := strconv.ParseInt(text.Value, 10, 64)
	if err != nil {
		return 0, unreadable("attribute %s: %v", name, err)
	}
	return n, nil
}

// parseItem reads an item; nil if there is none, or if it has expired and is only waiting to be removed. The error
// wraps shop.ErrUnavailable: another release wrote what this one cannot read.
func parseItem(a attributes, now time.Time) (*item, error) {
	if a == nil {
		return nil, nil
	}
	i, written := &item{}, int64(0)
	for name, field := range map[string]*int64{
		attrFormat: &written, attrExpires: &i.expires, attrSince: &i.since, attrOrders: &i.orders, attrCustomer: &i.customer,
		attrChanges: &i.changes, attrFrozen: &i.frozen, attrMovesTo: &i.movesTo, attrWrote: &i.wrote,
	} {
		n, err := numberOf(a, name)
		if err != nil {
			return nil, err
		}
		*field = n
	}
	if written > format {
		return nil, unreadable("an item has format %d: this release knows %d", written, format)
	}
	if i.expires <= now.Unix() {
		return nil, nil
	}
	i.id, i.epoch, i.cartID = textOf(a[attrID]), textOf(a[attrEpoch]), textOf(a[attrCartID])
	if cart, ok := a[attrCart].(*types.AttributeValueMemberM); ok {
		i.cart = cart.Value
	}
	if done, ok := a[attrDone].(*types.AttributeValueMemberSS); ok {
		i.done = done.Value
	}
	if merged, ok := a[attrMerged].(*types.AttributeValueMemberL); ok {
		for _, session := range merged.Value {
			i.merged = append(i.merged, textOf(session))
		}
	}
	i.unknown = maps.Clone(a)
	maps.DeleteFunc(i.unknown, func(name string, _ types.AttributeValue) bool { return slices.Contains(ours, name) })
	return i, nil
}

func textOf(value types.AttributeValue) string {
	if text, ok := value.(*types.AttributeValueMemberS); ok {
		return text.Value
	}
	return ""
}

// attributes is the item as it is written first. Only a customer's session has no cart, and only a guest's no epoch.
func (i item) attributes() attributes {
	a := key(i.id)
	maps.Copy(a, i.unknown)
	a[attrExpires], a[attrSince], a[attrCustomer], a[attrChanges], a[attrWrote] =
		number(i.expires), number(i.since), number(i.customer), number(i.changes), number(i.wrote)
	if i.epoch != "" {
		a[attrEpoch] = text(i.epoch)
	}
	if i.cart != nil {
		a[attrCart] = i.cartAttribute()
	}
	if i.cartID != "" {
		a[attrCartID] = text(i.cartID)
	}
	return a
}

func (i item) cartAttribute() types.AttributeValue {
	return &types.AttributeValueMemberM{Value: i.cart}
}

func (i item) mergedAttribute() types.AttributeValue {
	list := []types.AttributeValue{}
	for _, session := range i.merged {
		list = append(list, text(session))
	}
	return &types.AttributeValueMemberL{Value: list}
}

// setCart makes the cart what the shop says.
func (i *item) setCart(cart shop.Cart) {
	i.cart, i.orders = attributes{}, cart.Orders
	for _, line := range cart.Lines {
		i.cart[line.SKU] = number(line.Quantity)
	}
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
	return shop.Cart{ID: i.cartID, Orders: i.orders, Lines: shop.NewCart(lines).Lines}, nil
}
