// Package memory keeps carts and sessions in the process: rungs 1 and 2 of the ladder, where another
// instance does not know them and a restart forgets them.
package memory

import (
	"container/list"
	"context"
	"sync"
	"time"

	"myclothes/app/shop"
)

// MaxSessions bounds the memory: beyond it the sessions used longest ago are forgotten. A full cart
// takes some 5 KiB.
const MaxSessions = 20_000

// Store is a bounded, expiring shop.SessionStore.
type Store struct {
	ttl   time.Duration
	limit int
	now   func() time.Time

	mu       sync.Mutex
	sessions map[string]*list.Element // of *session, by identifier
	recent   *list.List               // used last at the front
	wrote    map[int64]shop.Position  // by customer; 16 bytes for everybody who ever signed in here
}

type session struct {
	id       string
	lines    map[string]int
	customer int64
	expires  time.Time
}

var _ shop.SessionStore = (*Store)(nil)

// NewStore returns a store whose sessions live for ttl after they were last used.
func NewStore(ttl time.Duration) *Store {
	return &Store{
		ttl: ttl, limit: MaxSessions, now: time.Now,
		sessions: map[string]*list.Element{}, recent: list.New(), wrote: map[int64]shop.Position{},
	}
}

// Ping implements shop.SessionStore: memory is never away.
func (s *Store) Ping(context.Context) error { return nil }

// Cart implements shop.CartStore.
func (s *Store) Cart(_ context.Context, current *shop.Session) (shop.Cart, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := s.use(current)
	if entry == nil {
		return shop.Cart{}, nil
	}
	return entry.cart(), nil
}

// Add implements shop.CartStore.
func (s *Store) Add(_ context.Context, current *shop.Session, sku string, quantity int) (shop.Cart, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := s.useOrBegin(current)
	return entry.set(sku, entry.lines[sku]+quantity)
}

// Set implements shop.CartStore.
func (s *Store) Set(_ context.Context, current *shop.Session, sku string, quantity int) (shop.Cart, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if quantity == 0 && s.use(current) == nil {
		return shop.Cart{}, nil
	}
	return s.useOrBegin(current).set(sku, quantity)
}

// Clear implements shop.CartStore.
func (s *Store) Clear(_ context.Context, current *shop.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if entry := s.use(current); entry != nil {
		clear(entry.lines)
	}
	return nil
}

// SignedIn implements shop.SessionStore.
func (s *Store) SignedIn(_ context.Context, current *shop.Session) (shop.Identity, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := s.use(current)
	if entry == nil || entry.customer == 0 {
		return shop.Identity{}, nil
	}
	return shop.Identity{Customer: entry.customer, Wrote: s.wrote[entry.customer]}, nil
}

// SignIn implements shop.SessionStore.
func (s *Store) SignIn(_ context.Context, current *shop.Session, customer int64, wrote shop.Position) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renew(current).customer = customer
	s.wrote[customer] = max(s.wrote[customer], wrote)
	return nil
}

// SignOut implements shop.SessionStore.
func (s *Store) SignOut(_ context.Context, current *shop.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := s.use(current)
	if entry != nil && len(entry.lines) > 0 {
		s.renew(current).customer = 0
		return nil
	}
	s.forget(current.Token())
	current.End()
	return nil
}

// Wrote implements shop.SessionStore.
func (s *Store) Wrote(_ context.Context, _ *shop.Session, customer int64, at shop.Position) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrote[customer] = max(s.wrote[customer], at)
	return nil
}

// use returns the session and renews it; nil if there is none.
func (s *Store) use(current *shop.Session) *session {
	element, ok := s.sessions[current.Token()]
	if !ok {
		return nil
	}
	entry := element.Value.(*session)
	if !s.now().Before(entry.expires) {
		s.forget(entry.id)
		return nil
	}
	entry.expires = s.now().Add(s.ttl)
	s.recent.MoveToFront(element)
	current.Keep(entry.id)
	return entry
}

func (s *Store) useOrBegin(current *shop.Session) *session {
	if entry := s.use(current); entry != nil {
		return entry
	}
	return s.begin(current, &session{lines: map[string]int{}})
}

// renew moves the session, or a new one, under a new identifier.
func (s *Store) renew(current *shop.Session) *session {
	entry := s.useOrBegin(current)
	s.forget(entry.id)
	return s.begin(current, entry)
}

func (s *Store) begin(current *shop.Session, entry *session) *session {
	entry.id, entry.expires = shop.NewSessionID(), s.now().Add(s.ttl)
	s.sessions[entry.id] = s.recent.PushFront(entry)
	current.Keep(entry.id)
	if s.recent.Len() > s.limit {
		s.forget(s.recent.Back().Value.(*session).id)
	}
	return entry
}

func (s *Store) forget(id string) {
	if element, ok := s.sessions[id]; ok {
		s.recent.Remove(element)
		delete(s.sessions, id)
	}
}

// set changes one line within the limits; a refused change leaves the cart as it was.
func (e *session) set(sku string, quantity int) (shop.Cart, error) {
	_, there := e.lines[sku]
	switch {
	case quantity > shop.MaxQuantity:
		return shop.Cart{}, shop.TooMany(sku)
	case quantity == 0:
		delete(e.lines, sku)
	case !there && len(e.lines) >= shop.MaxLines:
		return shop.Cart{}, shop.TooManyLines()
	default:
		e.lines[sku] = quantity
	}
	return e.cart(), nil
}

func (e *session) cart() shop.Cart {
	lines := make([]shop.Line, 0, len(e.lines))
	for sku, quantity := range e.lines {
		lines = append(lines, shop.Line{SKU: sku, Quantity: quantity})
	}
	return shop.NewCart(lines)
}
