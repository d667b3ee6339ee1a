package memory

import (
	"context"
	"time"

	"github.com/jellydator/ttlcache/v3"

	"myclothes/app/shop"
)

// session is that of a guest, with a cart of its own, or of a customer.
type session struct {
	since   time.Time // when it began
	own     shop.Cart
	account *account // nil: a guest
}

// account is what all sessions of a customer share. It is replaced to end them: a session whose account is
// not the one that is kept is over.
type account struct {
	customer int64
	cart     shop.Cart
	wrote    shop.Position
}

func (s *session) cart() *shop.Cart {
	if s.account != nil {
		return &s.account.cart
	}
	return &s.own
}

// SignedIn implements shop.SessionStore.
func (s *Store) SignedIn(_ context.Context, current *shop.Session) (shop.Identity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	used := s.use(current)
	if used == nil || used.account == nil {
		return shop.Identity{}, nil
	}
	return shop.Identity{Customer: used.account.customer, Wrote: used.account.wrote}, nil
}

// SignIn implements shop.SessionStore.
func (s *Store) SignIn(_ context.Context, current *shop.Session, customer int64, wrote shop.Position) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.account(customer)
	if a == nil {
		a = &account{customer: customer, cart: shop.Cart{ID: shop.NewSessionID()}}
		s.keep(a)
	}
	a.wrote = max(a.wrote, wrote)
	if used := s.use(current); used != nil && used.account == nil {
		a.cart = a.cart.Merge(used.own.Lines)
	}
	s.sessions.Delete(current.Token())
	s.begin(current, &session{account: a})
	return nil
}

// SignOut implements shop.SessionStore.
func (s *Store) SignOut(_ context.Context, current *shop.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if used := s.use(current); used == nil || used.account != nil {
		s.sessions.Delete(current.Token())
		current.End()
	}
	return nil
}

// SignOutEverywhere implements shop.SessionStore.
func (s *Store) SignOutEverywhere(_ context.Context, customer int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.account(customer); a != nil {
		again := *a
		s.keep(&again)
	}
	return nil
}

// Forget implements shop.SessionStore.
func (s *Store) Forget(_ context.Context, customer int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts.Delete(customer)
	return nil
}

// Ordered implements shop.SessionStore.
func (s *Store) Ordered(_ context.Context, current *shop.Session, r shop.Receipt) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if used := s.use(current); used != nil {
		*used.cart() = used.cart().Paid(r)
	}
	return nil
}

// Wrote implements shop.SessionStore.
func (s *Store) Wrote(_ context.Context, _ *shop.Session, customer int64, at shop.Position) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.account(customer); a != nil {
		a.wrote = max(a.wrote, at)
	}
	return nil
}

// use returns the session and renews it when it is time; nil if there is none.
func (s *Store) use(current *shop.Session) *session {
	item := s.sessions.Get(current.Token())
	if item == nil {
		return nil
	}
	used := item.Value()
	if a := used.account; a != nil && s.account(a.customer) != a {
		s.sessions.Delete(current.Token())
		return nil
	}
	lifetime, renew := s.lifetimes.Renewed(time.Since(used.since), time.Until(item.ExpiresAt()), used.account != nil)
	if renew {
		s.sessions.Set(current.Token(), used, lifetime)
		current.Keep(current.Token())
	}
	return used
}

// begin keeps a new session under a new token. What has expired makes room first.
func (s *Store) begin(current *shop.Session, fresh *session) {
	lifetime := s.lifetimes.First()
	if fresh.account != nil {
		lifetime, _ = s.lifetimes.Renewed(0, 0, true)
	}
	fresh.since = time.Now()
	id := shop.NewSessionID()
	s.sessions.DeleteExpired()
	s.sessions.Set(id, fresh, lifetime)
	current.Keep(id)
}

// account returns the customer's account, and renews it; nil if there is none.
func (s *Store) account(customer int64) *account {
	if item := s.accounts.Get(customer); item != nil {
		return item.Value()
	}
	return nil
}

func (s *Store) keep(a *account) {
	s.accounts.DeleteExpired()
	s.accounts.Set(a.customer, a, ttlcache.DefaultTTL)
}
