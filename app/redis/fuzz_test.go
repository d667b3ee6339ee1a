package redis

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/shop"
)

// replyOf is a reply of the cache that has the form of a JSON document: rueidis knows lists, strings, integers, and
// nothing, and with its third protocol also maps, floats and booleans.
func replyOf(document string) (reply any, ok bool) {
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	if decoder.Decode(&reply) != nil {
		return nil, false
	}
	return answerable(reply), true
}

func answerable(value any) any {
	switch value := value.(type) {
	case json.Number:
		if n, err := value.Int64(); err == nil {
			return n
		}
		f, _ := value.Float64()
		return f
	case []any:
		for i := range value {
			value[i] = answerable(value[i])
		}
	}
	return value
}

// FuzzReply looks for a reply of the cache that breaks the store, or that becomes a cart which no release writes.
func FuzzReply(f *testing.F) {
	for _, document := range []string{
		`[0,["tee","2","coat",1,"+","1700000000","*","12345678"]]`, `[1,["#","0123456789abcdef","=","3","tee","2"]]`,
		`[0,["@","7:EPOCH","+","1700000000"]]`, `["7","30"]`, `[0,["7","30"]]`, `[0,["7"]]`, `[1,[]]`, `[0,["tee","-2"]]`, `[0,["tee","0"]]`, `["tee","2"]`,
		`[]`, `[1]`, `[1,"tee"]`, `{}`, `null`, `1`, `"later"`, `"late"`, `"ended"`, `"OK"`, `[0,[["tee"],null]]`, `[0,["%","2"]]`, `0.5`, `true`,
	} {
		f.Add(document)
	}
	f.Fuzz(func(t *testing.T, document string) {
		reply, ok := replyOf(document)
		if !ok {
			return
		}
		session := shop.OpenSession("TOKEN")
		cart, _, err := answeredCart(session, reply, nil)
		requireCart(t, cart, err)
		content, err := list(reply)
		requireNotNow(t, err)
		found, err := readHash(content)
		requireCart(t, found.cart, err)
		_, err = answeredIdentity(session, reply, nil)
		requireNotNow(t, err)
		require.Equal(t, "TOKEN", session.Token())
	})
}

func requireNotNow(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		require.ErrorIs(t, err, shop.ErrUnavailable)
	}
}

func requireCart(t *testing.T, cart shop.Cart, err error) {
	t.Helper()
	requireNotNow(t, err)
	require.True(t, err == nil || cart.Lines == nil, "what cannot be read is no cart")
	require.True(t, slices.IsSortedFunc(cart.Lines, func(a, b shop.Line) int { return strings.Compare(a.SKU, b.SKU) }))
	for _, line := range cart.Lines {
		require.Positive(t, line.Quantity)
		require.True(t, isLine(line.SKU))
	}
}
