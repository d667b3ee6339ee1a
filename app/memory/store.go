// Package memory keeps carts and sessions in the process: rungs 1 and 2 of the ladder, where another
// instance does not know them and a restart forgets them.
package memory

import (
	"context"
	"sync"

	"github.com/jellydator/ttlcache/v3"

	"myclothes/app/shop"
)

// MaxSessions bounds the memory: beyond it the sessions used longest ago are forgotten, and beyond as many
// customers their carts. A full cart takes some 5 KiB.
const MaxSessions = 20_000

// Store is a bounded, expiring shop.SessionStore.
type Store struct {
	lifetimes shop.Lifetimes

	mu       sync.Mutex                        // held while a cart changes
	sessions *ttlcache.Cache[string, *session] // by token; each says itself when it is renewed
	accounts *ttlcache.Cache[int64, *account]  // by customer; renewed by every use
}

var _ shop.SessionStore = (*Store)(nil)

// NewStore returns an empty store.
func NewStore(lifetimes shop.Lifetimes) *Store { return newStore(lifetimes, MaxSessions) }

func newStore(lifetimes shop.Lifetimes, most uint64) *Store {
	return &Store{
		lifetimes: lifetimes,
		sessions: ttlcache.New(
			ttlcache.WithCapacity[string, *session](most), ttlcache.WithDisableTouchOnHit[string, *session](),
		),
		accounts: ttlcache.New(
			ttlcache.WithCapacity[int64, *account](most), ttlcache.WithTTL[int64, *account](lifetimes.Idle),
		),
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
	return s.change(current, sku, func(before int) int { return before + quantity })
}

// Set implements shop.CartStore.
func (s *Store) Set(_ context.Context, current *shop.Session, sku string, quantity int) (shop.Cart, error) {
	return s.change(current, sku, func(int) int { return quantity })
}

// change makes the quantity of one line what after says. It begins a session only if there is something to keep.
func (s *Store) change(current *shop.Session, sku string, after func(before int) int) (shop.Cart, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	used, cart := s.use(current), &shop.Cart{}
	if used != nil {
		cart = used.cart()
	}
	changed, err := cart.With(sku, after(cart.Quantity(sku)))
	if err != nil {
		return shop.Cart{}, err
	}
	if used == nil && len(changed.Lines) > 0 {
		if err := current.MayBegin(); err != nil {
			return shop.Cart{}, err
		}
		s.begin(current, &session{own: changed})
	}
	*cart = changed
	return changed, nil
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
