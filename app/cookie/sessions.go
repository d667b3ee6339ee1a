package cookie

import (
	"context"

	"myclothes/app/shop"
)

// SignedIn implements shop.SessionStore.
func (s *Store) SignedIn(ctx context.Context, session *shop.Session) (shop.Identity, error) {
	c, err := s.read(ctx, session)
	if c.customer == 0 {
		return shop.Identity{Left: c.left}, err
	}
	return shop.Identity{Customer: c.customer, Wrote: c.wrote}, err
}

// SignIn implements shop.SessionStore.
func (s *Store) SignIn(ctx context.Context, session *shop.Session, customer int64, wrote shop.Position) error {
	c, _, err := s.open(ctx, session)
	if err != nil {
		return err
	}
	if c.customer != customer {
		c.customer, c.wrote = customer, 0
	}
	c.wrote, c.signedIn, c.left = max(c.wrote, wrote), s.now().Unix(), 0
	_, err = s.keep(ctx, session, c, false)
	return err
}

// SignOut implements shop.SessionStore, as far as this store can: the cart stays with the browser. It keeps its name,
// and whose it was, so that what was ordered from it is not ordered again by whoever signs in next.
func (s *Store) SignOut(ctx context.Context, session *shop.Session) error {
	c, _, err := s.open(ctx, session)
	if err != nil {
		return err
	}
	if len(c.cart.Lines) == 0 {
		session.End()
		return nil
	}
	_, err = s.keep(ctx, session, c.signedOut(), false)
	return err
}

// signedOut is the content after the customer has left, if there is one.
func (c content) signedOut() content {
	if c.customer != 0 {
		c.left, c.customer, c.wrote, c.signedIn = c.customer, 0, 0, 0
	}
	return c
}

// SignOutEverywhere implements shop.SessionStore: nobody knows which cookies there are.
func (s *Store) SignOutEverywhere(context.Context, int64) error { return nil }

// Forget implements shop.SessionStore: nothing is kept here.
func (s *Store) Forget(context.Context, int64) error { return nil }

// Ordered implements shop.SessionStore.
func (s *Store) Ordered(ctx context.Context, session *shop.Session, r shop.Receipt) error {
	c, there, err := s.open(ctx, session)
	paid := c.cart.Paid(r)
	if err != nil || !there || paid.Orders == c.cart.Orders {
		return err
	}
	c.cart = paid
	_, err = s.keep(ctx, session, c, false)
	return err
}

// Wrote implements shop.SessionStore: this session alone knows of it.
func (s *Store) Wrote(ctx context.Context, session *shop.Session, customer int64, at shop.Position) error {
	c, _, err := s.open(ctx, session)
	if err != nil || c.customer != customer || c.wrote >= at {
		return err
	}
	c.wrote = at
	_, err = s.keep(ctx, session, c, false)
	return err
}
