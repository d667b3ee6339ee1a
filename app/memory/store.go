// Package memory keeps carts and sessions in the process: rungs 1 and 2 of the ladder, where another
// instance does not know them and a restart forgets them.
package memory

import (
	"context"
	"sync"

	"myclothes/app/shop"
)

// MaxSessions bounds the memory: beyond it the sessions used longest ago are forgotten, and beyond as many
// customers their carts. A full cart takes some 5 KiB.
const MaxSessions = 20_000

// Store is a bounded, expiring shop.SessionStore.
type Store struct {
	mu       sync.Mutex
	sessions *shelf[string, *session] // by token
	accounts *shelf[int64, *account]  // by customer
}

// session is that of a guest, with a cart of its own, or of a customer.
type session struct {
	own     shop.Cart
	account *account // nil: a guest
}

// account is what all sessions of a customer share. It is replaced to end them: a session whose account is
// not the one on the shelf is over.
type account struct {
	customer int64
	cart     shop.Cart
	wrote    shop.Position
}

var _ shop.SessionStore = (*Store)(nil)

// NewStore returns an empty store.
func NewStore(lifetimes shop.Lifetimes) *Store {
	ttl := lifetimes.Idle
	return &Store{
		sessions: newShelf[string, *session](ttl, MaxSessions),
		accounts: newShelf[int64, *account](ttl, MaxSessions),
	}
}

// Ping implements shop.SessionStore: memory is never away.
func (s *Store) Ping(context.Context) error { return nil }

// Cart implements shop.CartStore.
func (s *Store) Cart(_ context.Context, current *shop.Session) (shop.Cart, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if used := s.use(current); used != nil {
		return *used.cart(), nil
	}
	return shop.Cart{}, nil
}

// Add implements shop.CartStore.
func (s *Store) Add(_ context.Context, current *shop.Session, sku string, quantity int) (shop.Cart, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.change(current, sku, func(before int) int { return before + quantity })
}

// Set implements shop.CartStore.
func (s *Store) Set(_ context.Context, current *shop.Session, sku string, quantity int) (shop.Cart, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if quantity == 0 && s.use(current) == nil {
		return shop.Cart{}, nil
	}
	return s.change(current, sku, func(int) int { return quantity })
}

// change makes the quantity of one line what after says.
func (s *Store) change(current *shop.Session, sku string, after func(before int) int) (shop.Cart, error) {
	c := s.useOrBegin(current).cart()
	changed, err := c.With(sku, after(c.Quantity(sku)))
	if err == nil {
		*c = changed
	}
	return changed, err
}

// Clear implements shop.CartStore.
func (s *Store) Clear(_ context.Context, current *shop.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if used := s.use(current); used != nil {
		used.cart().Lines = nil
	}
	return nil
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
	a, known := s.accounts.use(customer)
	if !known {
		a = &account{customer: customer, cart: shop.Cart{ID: shop.NewSessionID()}}
		s.accounts.put(customer, a)
	}
	a.wrote = max(a.wrote, wrote)
	if used := s.use(current); used != nil && used.account == nil {
		a.cart = a.cart.Merge(used.own.Lines)
	}
	s.sessions.forget(current.Token())
	s.begin(current, &session{account: a})
	return nil
}

// SignOut implements shop.SessionStore.
func (s *Store) SignOut(_ context.Context, current *shop.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signOut(current)
	return nil
}

// SignOutEverywhere implements shop.SessionStore.
func (s *Store) SignOutEverywhere(_ context.Context, current *shop.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.signOut(current); a != nil {
		again := *a
		s.accounts.put(a.customer, &again)
	}
	return nil
}

// signOut ends the session of a customer and returns the account; nil if it is not that of a customer.
func (s *Store) signOut(current *shop.Session) *account {
	used := s.use(current)
	if used != nil && used.account == nil {
		return nil
	}
	s.sessions.forget(current.Token())
	current.End()
	if used == nil {
		return nil
	}
	return used.account
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
	if a, known := s.accounts.use(customer); known {
		a.wrote = max(a.wrote, at)
	}
	return nil
}

// use returns the session and renews it; nil if there is none.
func (s *Store) use(current *shop.Session) *session {
	used, ok := s.sessions.use(current.Token())
	if !ok {
		return nil
	}
	if a := used.account; a != nil {
		if now, _ := s.accounts.use(a.customer); now != a {
			s.sessions.forget(current.Token())
			return nil
		}
	}
	current.Keep(current.Token())
	return used
}

func (s *Store) useOrBegin(current *shop.Session) *session {
	if used := s.use(current); used != nil {
		return used
	}
	return s.begin(current, &session{})
}

func (s *Store) begin(current *shop.Session, fresh *session) *session {
	id := shop.NewSessionID()
	s.sessions.put(id, fresh)
	current.Keep(id)
	return fresh
}

func (s *session) cart() *shop.Cart {
	if s.account != nil {
		return &s.account.cart
	}
	return &s.own
}
