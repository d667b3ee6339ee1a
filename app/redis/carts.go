package redis

import (
	"context"
	"time"

	"myclothes/app/shop"
)

// Cart implements shop.CartStore.
func (s *Store) Cart(ctx context.Context, session *shop.Session) (shop.Cart, error) {
	if !shop.IsSessionID(session.Token()) {
		return shop.Cart{}, nil
	}
	if found, done, err := s.lookAtGuest(ctx, session); done || err != nil {
		return found.cart, err
	}
	reply, err := s.read(ctx, s.scripts.read, keys(session), newOperation())
	found, _, err := answeredCart(session, reply, err)
	return found, err
}

// Add implements shop.CartStore.
func (s *Store) Add(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	return s.change(ctx, session, sku, quantity, "add")
}

// Set implements shop.CartStore.
func (s *Store) Set(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	return s.change(ctx, session, sku, quantity, "set")
}

// change changes a line in the session there is, and if that is gone or never was, begins a new one: an identifier
// that this store did not issue is not adopted.
func (s *Store) change(ctx context.Context, session *shop.Session, sku string, quantity int, how string) (shop.Cart, error) {
	if shop.IsSessionID(session.Token()) {
		reply, err := s.write(ctx, s.scripts.change, keys(session), newOperation(), sku, quantity, how)
		switch reply {
		case "quantity":
			return shop.Cart{}, shop.TooMany(sku)
		case "lines":
			return shop.Cart{}, shop.TooManyLines()
		}
		cart, there, err := answeredCart(session, reply, err)
		if there || err != nil {
			return cart, err
		}
	}
	return s.begin(ctx, session, sku, quantity)
}

// begin begins a session with one line, if there is one to keep. Nobody else knows it before it is answered, so what
// is in it is known, however often it was sent.
func (s *Store) begin(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	cart, err := shop.Cart{}.With(sku, quantity)
	if err != nil || len(cart.Lines) == 0 {
		return shop.Cart{}, err
	}
	if err := session.MayBegin(); err != nil {
		return shop.Cart{}, err
	}
	token := shop.NewSessionID()
	if _, err := s.write(ctx, s.scripts.begin, []string{sessionKey(token)}, newOperation(), sku, quantity); err != nil {
		return shop.Cart{}, err
	}
	session.Keep(token)
	return cart, nil
}

// Clear implements shop.CartStore.
func (s *Store) Clear(ctx context.Context, session *shop.Session) error {
	if !shop.IsSessionID(session.Token()) {
		return nil
	}
	reply, err := s.write(ctx, s.scripts.clear, keys(session), newOperation())
	_, _, err = answered(session, reply, err)
	return err
}

// Ordered implements shop.SessionStore.
func (s *Store) Ordered(ctx context.Context, session *shop.Session, r shop.Receipt) error {
	if !shop.IsSessionID(session.Token()) {
		return nil
	}
	args := []any{newOperation(), r.Cart, r.Number}
	for _, line := range r.Lines {
		args = append(args, line.SKU, line.Quantity)
	}
	reply, err := s.write(ctx, s.scripts.ordered, keys(session), args...)
	_, _, err = answered(session, reply, err)
	return err
}

// lookAtGuest reads a guest's session without a script. done is false if one is needed after all: it is a customer's,
// or has to be renewed.
func (s *Store) lookAtGuest(ctx context.Context, session *shop.Session) (found hash, done bool, err error) {
	if likelyCustomer(session.Token()) {
		return hash{}, false, nil
	}
	content, left, err := s.look(ctx, sessionKey(session.Token()))
	if err != nil || len(content) == 0 {
		return hash{}, true, err
	}
	found, err = readHash(content)
	if err != nil || found.customer {
		return hash{}, false, err
	}
	_, due := s.lifetimes.Renewed(time.Since(found.since), left, false)
	return found, !due, nil
}

// look returns what is in a hash, fields and values in turn, and how long it has still to live.
func (s *Store) look(ctx context.Context, key string) (content []any, left time.Duration, err error) {
	replies, err := s.ask(ctx, command{"HGETALL", key}, command{"PTTL", key})
	if err != nil {
		return nil, 0, err
	}
	all, err := replies[0].ToAny()
	if err != nil {
		return nil, 0, explain(err)
	}
	if content, err = list(all); err != nil {
		return nil, 0, err
	}
	milliseconds, err := replies[1].AsInt64()
	return content, time.Duration(milliseconds) * time.Millisecond, explain(err)
}

// answeredCart reads the reply of a script that shows the cart; there is false if there is no such session.
func answeredCart(session *shop.Session, reply any, failure error) (cart shop.Cart, there bool, err error) {
	content, there, err := answered(session, reply, failure)
	if !there || err != nil {
		return shop.Cart{}, there, err
	}
	found, err := readHash(content)
	return found.cart, true, err
}
