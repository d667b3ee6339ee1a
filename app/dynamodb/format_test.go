package dynamodb

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/shop"
)

// table is DynamoDB as another release sees it.
type table struct{ *apptest.DynamoDB }

func (d table) attributes(t *testing.T, id string) attributes {
	t.Helper()
	out, err := d.Client().GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(d.Table), Key: key(id), ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	return out.Item
}

func (d table) set(t *testing.T, id, name string, value types.AttributeValue) {
	t.Helper()
	_, err := d.Client().UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String(d.Table), Key: key(id), UpdateExpression: aws.String("SET #name = :value"),
		ExpressionAttributeNames: map[string]string{"#name": name}, ExpressionAttributeValues: attributes{":value": value},
	})
	require.NoError(t, err)
}

// sessions returns those of a guest and of a customer, both with two tees, and the identifiers of all items.
func (d table) sessions(t *testing.T, store *Store) (guest, customer *shop.Session, ids []string) {
	guest, customer = shop.OpenSession(""), shop.OpenSession("")
	add(t, store, guest, "tee", 2)
	require.NoError(t, store.SignIn(t.Context(), customer, 1, 1))
	add(t, store, customer, "tee", 2)
	return guest, customer, []string{sessionID(guest.Token()), sessionID(customer.Token()), customerID(1)}
}

func TestWhatTheNextReleaseAddsIsKeptAndOtherwiseIgnored(t *testing.T) {
	t.Parallel()
	server := table{apptest.NewDynamoDBTable(t)}
	store := openStore(server.DynamoDB)
	guest, customer, ids := server.sessions(t, store)
	gift := &types.AttributeValueMemberM{Value: attributes{"card": text("happy birthday")}}
	for _, id := range ids {
		server.set(t, id, "gift", gift)
	}
	for _, session := range []*shop.Session{guest, customer} {
		add(t, store, session, "coat", 1)
		_, err := store.Set(t.Context(), session, "tee", 0)
		require.NoError(t, err)
		cart, err := store.Cart(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, []shop.Line{line("coat", 1)}, cart.Lines)
		require.NoError(t, store.Ordered(t.Context(), session, shop.Receipt{Cart: cart.ID, Number: 1, Lines: cart.Lines}))
		require.NoError(t, store.Wrote(t.Context(), session, 1, 1<<40))
		require.NoError(t, store.Clear(t.Context(), session))
	}
	for _, id := range ids {
		require.Equal(t, gift, server.attributes(t, id)["gift"])
	}
	require.NoError(t, store.SignIn(t.Context(), shop.OpenSession(""), 1, 1))
	require.Equal(t, gift, server.attributes(t, customerID(1))["gift"])
}

func TestSigningInKeepsWhatALaterReleaseKnowsAboutTheGuest(t *testing.T) {
	t.Parallel()
	server := table{apptest.NewDynamoDBTable(t)}
	store, session := openStore(server.DynamoDB), shop.OpenSession("")
	add(t, store, session, "tee", 2)
	before := sessionID(session.Token())
	server.set(t, before, "coupon", text("TEN"))
	server.set(t, before, attrFormat, number(format))
	require.NoError(t, store.SignIn(t.Context(), session, 1, 1))
	signedIn := server.attributes(t, sessionID(session.Token()))
	require.Equal(t, text("TEN"), signedIn["coupon"])
	for _, ofGuests := range []string{attrCart, attrDone, attrFrozen, attrMovesTo, attrFormat} {
		require.NotContains(t, signedIn, ofGuests)
	}
	require.Empty(t, server.attributes(t, before))
}

func TestASessionThatAReleaseBeforeFrozeIsOverAndSignsIn(t *testing.T) {
	t.Parallel()
	server := table{apptest.NewDynamoDBTable(t)}
	store, session := openStore(server.DynamoDB), shop.OpenSession("")
	add(t, store, session, "tee", 2)
	server.set(t, sessionID(session.Token()), attrFrozen, number(1))
	require.Zero(t, piecesOf(t, store, session), "nobody knows whose the cart becomes")
	another := shop.OpenSession(session.Token())
	add(t, store, another, "coat", 1)
	require.NotEqual(t, session.Token(), another.Token())
	require.NoError(t, store.SignIn(t.Context(), session, 1, 1))
	require.Equal(t, 2, piecesOf(t, store, session))
}

func TestWhatOnlyALaterReleaseCanReadIsNotNowAndIsNeverOverwritten(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(server table, t *testing.T, id string){
		"a later format":       func(server table, t *testing.T, id string) { server.set(t, id, attrFormat, number(format+1)) },
		"an unreadable number": func(server table, t *testing.T, id string) { server.set(t, id, attrExpires, text("2100-01-01")) },
	} {
		server := table{apptest.NewDynamoDBTable(t)}
		store := openStore(server.DynamoDB)
		guest, customer, ids := server.sessions(t, store)
		var before []attributes
		for _, id := range ids {
			write(server, t, id)
			before = append(before, server.attributes(t, id))
		}
		for _, session := range []*shop.Session{guest, customer} {
			for operation, run := range map[string]func() error{
				"cart":                func() error { _, err := store.Cart(t.Context(), session); return err },
				"add":                 func() error { _, err := store.Add(t.Context(), session, "tee", 1); return err },
				"set":                 func() error { _, err := store.Set(t.Context(), session, "tee", 1); return err },
				"remove":              func() error { _, err := store.Set(t.Context(), session, "tee", 0); return err },
				"clear":               func() error { return store.Clear(t.Context(), session) },
				"signed in":           func() error { _, err := store.SignedIn(t.Context(), session); return err },
				"sign in":             func() error { return store.SignIn(t.Context(), session, 1, 1) },
				"sign in elsewhere":   func() error { return store.SignIn(t.Context(), session, 2, 1) },
				"sign out":            func() error { return store.SignOut(t.Context(), session) },
				"sign out everywhere": func() error { return store.SignOutEverywhere(t.Context(), 1) },
				"forget":              func() error { return store.Forget(t.Context(), 1) },
				"ordered":             func() error { return store.Ordered(t.Context(), session, shop.Receipt{Cart: "x", Number: 1}) },
				"wrote":               func() error { return store.Wrote(t.Context(), session, 1, 1<<40) },
			} {
				require.ErrorIs(t, run(), shop.ErrUnavailable, "%s: %s", name, operation)
				require.NotEmpty(t, session.Token())
			}
		}
		for i, id := range ids {
			require.Equal(t, before[i], server.attributes(t, id), name)
		}
	}
}

func TestAnAccountOfTheReleaseBeforeGetsANamedCart(t *testing.T) {
	t.Parallel()
	server := table{apptest.NewDynamoDBTable(t)}
	store, session := openStore(server.DynamoDB), shop.OpenSession("")
	before := attributes{
		attrExpires: number(int64(1 << 40)), attrCustomer: number(0), attrChanges: number(3), attrWrote: number(5), attrEpoch: text("EPOCH"),
		attrCart: &types.AttributeValueMemberM{Value: attributes{"tee": number(2)}}, "lastOrder": number(9),
		attrMerged: &types.AttributeValueMemberL{Value: []types.AttributeValue{text("TOKEN")}},
	}
	for name, value := range before {
		server.set(t, customerID(1), name, value)
	}
	require.NoError(t, store.SignIn(t.Context(), session, 1, 1))
	cart, err := store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.NotEmpty(t, cart.ID)
	require.Equal(t, shop.Cart{ID: cart.ID, Lines: []shop.Line{line("tee", 2)}}, cart)
	require.NoError(t, store.Ordered(t.Context(), session, shop.Receipt{Cart: cart.ID, Number: 1, Lines: cart.Lines}))
	cart, err = store.Cart(t.Context(), session)
	require.NoError(t, err)
	require.Empty(t, cart.Lines)
}
