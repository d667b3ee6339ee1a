package main

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var orderKey = regexp.MustCompile(`name="key" value="([^"]+)"`)

// orderShown puts two tees into the cart and presses the button of the checkout page.
func (v visitor) orderShown(in *instance) {
	v.Helper()
	v.send(in, "POST", "/api/cart/items", `{"sku":"tee-navy","quantity":2}`)
	_, page := v.send(in, "GET", "/checkout", "")
	found := orderKey.FindStringSubmatch(page)
	require.Len(v, found, 2, page)
	form := url.Values{"key": {found[1]}}.Encode()
	status, page := v.send(in, "POST", "/orders", form, "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(v, 200, status, page)
	require.Contains(v, page, "Thank you")
	require.Zero(v, v.pieces(in))
}

// orderAgain loses sessions and carts with the instance that keeps them.
func (c *cloud) orderAgain(t *testing.T) {
	in := c.boot(t, "i-one", "CART_STORE", "instance")
	v := newVisitor(t)
	status, text := v.send(in, "POST", "/api/customers", `{"email":"dora@example.com","password":"correct horse","name":"Dora"}`)
	require.Equal(t, 201, status, text)
	v.send(in, "PUT", "/api/customer", `{"name":"Dora","address":{"street":"1 Rue","postalCode":"75001","city":"Paris","country":"France"}}`)
	v.orderShown(in)
	in.halt(t)

	in = c.boot(t, "i-two", "CART_STORE", "instance")
	status, text = v.send(in, "POST", "/api/session", `{"email":"dora@example.com","password":"correct horse"}`)
	require.Equal(t, 200, status, text)
	v.orderShown(in)
	_, text = v.send(in, "GET", "/api/orders", "")
	require.Equal(t, 2, strings.Count(text, `"placedAt"`), text)
}
