package redis

import (
	"cmp"
	"context"
	"crypto/rand"
	"strconv"

	"myclothes/app/shop"
)

// SignedIn implements shop.SessionStore.
func (s *Store) SignedIn(ctx context.Context, session *shop.Session) (shop.Identity, error) {
	if !shop.IsSessionID(session.Token()) {
		return shop.Identity{}, nil
	}
	if _, done, err := s.lookAtGuest(ctx, session); done || err != nil {
		return shop.Identity{}, err
	}
	reply, err := s.read(ctx, s.scripts.signedIn, keys(session), newOperation())
	return answeredIdentity(session, reply, err)
}

// answeredIdentity reads the reply of the script that says who is signed in.
func answeredIdentity(session *shop.Session, reply any, failure error) (shop.Identity, error) {
	content, _, err := answered(session, reply, failure)
	if err != nil || len(content) == 0 {
		return shop.Identity{}, err
	}
	if len(content) != 2 {
		return shop.Identity{}, unexpected(reply)
	}
	customer, err := strconv.ParseInt(asText(content[0]), 10, 64)
	if err != nil {
		return shop.Identity{}, unreadable(err)
	}
	wrote, err := strconv.ParseInt(asText(content[1]), 10, 64)
	if err != nil {
		return shop.Identity{}, unreadable(err)
	}
	return shop.Identity{Customer: customer, Wrote: shop.Position(wrote)}, nil
}

// SignIn implements shop.SessionStore.
func (s *Store) SignIn(ctx context.Context, session *shop.Session, customer int64, wrote shop.Position) error {
	token := shop.NewSessionID() + customerMark
	moved := []string{sessionKey(session.Token()), sessionKey(token)}
	reply, err := s.write(ctx, s.scripts.signIn, moved, newOperation(), customer, int64(wrote), newEpoch())
	if err := cmp.Or(err, refused(reply)); err != nil {
		return err
	}
	session.Keep(token)
	return nil
}

// SignOut implements shop.SessionStore.
func (s *Store) SignOut(ctx context.Context, session *shop.Session) error {
	if !shop.IsSessionID(session.Token()) {
		session.End()
		return nil
	}
	reply, err := s.write(ctx, s.scripts.signOut, keys(session), newOperation())
	if reply == "ended" {
		session.End()
		return nil
	}
	_, there, err := answered(session, reply, err)
	if !there && err == nil {
		session.End()
	}
	return err
}

// SignOutEverywhere implements shop.SessionStore: the account gets another epoch, and all its sessions name the one
// before.
func (s *Store) SignOutEverywhere(ctx context.Context, customer int64) error {
	reply, err := s.write(ctx, s.scripts.signOutEverywhere, keysOf(customer), newOperation(), newEpoch())
	return cmp.Or(err, refused(reply))
}

// Forget implements shop.SessionStore.
func (s *Store) Forget(ctx context.Context, customer int64) error {
	reply, err := s.write(ctx, s.scripts.forget, keysOf(customer), newOperation())
	return cmp.Or(err, refused(reply))
}

// Wrote implements shop.SessionStore.
func (s *Store) Wrote(ctx context.Context, _ *shop.Session, customer int64, at shop.Position) error {
	reply, err := s.write(ctx, s.scripts.wrote, keysOf(customer), newOperation(), int64(at))
	return cmp.Or(err, refused(reply))
}

// keysOf are the keys of the customer's account and cart.
func keysOf(customer int64) []string {
	number := strconv.FormatInt(customer, 10)
	return []string{"account:" + number, "cart:" + number}
}

// A customer's token is longer than a guest's. That is a hint only whether to try first without a script, which is
// enough for a guest, or with one, which is right for everybody.
const customerMark = "C"

var lengthOfGuests = len(shop.NewSessionID())

func likelyCustomer(token string) bool { return len(token) > lengthOfGuests }

// newEpoch returns what tells the sessions of an account from those that were ended. An account whose epoch is
// lost has no sessions any more: nothing that was ended comes back.
func newEpoch() string { return rand.Text()[:10] }
