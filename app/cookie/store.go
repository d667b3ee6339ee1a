// Package cookie keeps carts in the visitors' browsers: rung 3 of the ladder. The cookie holds the cart,
// who is signed in and which of their writes they must see, encrypted and authenticated (AES-256-GCM), so
// any instance with the keys serves anybody, and instances and stores hold nothing.
//
// A cookie that was altered, cut off, encrypted with another key, for another name or format, or that has
// expired is an empty cart and a signed-out visitor; it is counted and never an error. A change after which
// the browser would not accept the cookie (4096 bytes with its name and attributes) is refused, and the
// browser keeps the cart before it.
//
// What this cannot promise, because nobody remembers which cookie is the latest:
//   - Whoever keeps an older cookie of theirs may send it again until it expires: its cart is back, and so is
//     who was signed in, after signing out too. A stolen cookie cannot be revoked but by dropping its key.
//   - Two tabs that change the cart at the same moment overwrite each other: the last answer wins.
//   - A cart is in one browser: it stays there whoever signs in or out, and the customer's others do not see it.
//   - What a customer wrote in one browser is not known to their other ones, which may read it late.
//
// A key encrypts safely some 2³² times, here once a change: change keys long before (see Keys).
package cookie

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/shop"
)

// MaxSize is how long a cookie may be with its name and attributes, in bytes: what every browser accepts.
const MaxSize = 4096

// identityRoom is kept free by changes to the cart, in characters, so that signing in and ordering always fit:
// they write three numbers.
var identityRoom = encoding.EncodedLen(3 * binary.MaxVarintLen64)

// Config says how carts become cookies.
type Config struct {
	Name      string // of the cookie
	Lifetimes shop.Lifetimes
	Secret    Secret                 // the keys
	Size      func(token string) int // bytes of the whole cookie with this value: name, value, attributes
}

// Store is a shop.SessionStore that holds nothing.
type Store struct {
	sealer   sealer
	ttl      time.Duration
	size     func(string) int
	now      func() time.Time
	rejected *prometheus.CounterVec
}

var _ shop.SessionStore = (*Store)(nil)

// NewStore returns the store. It does not read the keys yet: Secrets Manager may be away.
func NewStore(cfg Config) *Store {
	s := &Store{
		sealer: sealer{ring: keyring{secret: cfg.Secret}, name: cfg.Name}, ttl: cfg.Lifetimes.Idle, size: cfg.Size, now: time.Now,
		rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cookie_rejections_total",
			Help: "Cookies answered like an empty cart, and changes refused because the cookie would be too large, by reason.",
		}, []string{"reason"}),
	}
	for _, reason := range []error{errMalformed, errVersion, errUnknownKey, errAltered, errExpired, errTooLarge} {
		s.rejected.WithLabelValues(reason.Error())
	}
	return s
}

// errTooLarge is only a reason to count.
var errTooLarge = errors.New("too_large")

// Metrics is what the store counts.
func (s *Store) Metrics() prometheus.Collector { return s.rejected }

// Ping implements shop.SessionStore: without keys there are no carts.
func (s *Store) Ping(ctx context.Context) error {
	_, err := s.sealer.ring.current(ctx)
	return err
}

// Cart implements shop.CartStore.
func (s *Store) Cart(ctx context.Context, session *shop.Session) (shop.Cart, error) {
	c, err := s.read(ctx, session)
	return c.cart(), err
}

// Add implements shop.CartStore.
func (s *Store) Add(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	return s.change(ctx, session, sku, func(before int) int { return before + quantity })
}

// Set implements shop.CartStore.
func (s *Store) Set(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	return s.change(ctx, session, sku, func(int) int { return quantity })
}

// change makes the quantity of one line what after says.
func (s *Store) change(ctx context.Context, session *shop.Session, sku string, after func(before int) int) (shop.Cart, error) {
	c, there, err := s.open(ctx, session)
	if err != nil {
		return shop.Cart{}, err
	}
	i, found := slices.BinarySearchFunc(c.lines, sku, func(line shop.Line, sku string) int { return strings.Compare(line.SKU, sku) })
	before := 0
	if found {
		before = c.lines[i].Quantity
	}
	quantity := after(before)
	switch {
	case quantity > shop.MaxQuantity:
		return shop.Cart{}, shop.TooMany(sku)
	case quantity == 0 && found:
		c.lines = slices.Delete(c.lines, i, i+1)
	case quantity == 0 && !there:
		return shop.Cart{}, nil
	case quantity == 0: // there is nothing to remove
	case found:
		c.lines[i].Quantity = quantity
	case len(c.lines) == shop.MaxLines:
		return shop.Cart{}, shop.TooManyLines()
	default:
		c.lines = slices.Insert(c.lines, i, shop.Line{SKU: sku, Quantity: quantity})
	}
	if err := s.keep(ctx, session, c, quantity > before); err != nil {
		return shop.Cart{}, err
	}
	return c.cart(), nil
}

// Clear implements shop.CartStore.
func (s *Store) Clear(ctx context.Context, session *shop.Session) error {
	c, there, err := s.open(ctx, session)
	if err != nil || !there {
		return err
	}
	c.lines = nil
	return s.keep(ctx, session, c, false)
}

// SignedIn implements shop.SessionStore.
func (s *Store) SignedIn(ctx context.Context, session *shop.Session) (shop.Identity, error) {
	c, err := s.read(ctx, session)
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
	c.wrote = max(c.wrote, wrote)
	return s.keep(ctx, session, c, false)
}

// SignOut implements shop.SessionStore, as far as this store can: the cart stays with the browser.
func (s *Store) SignOut(ctx context.Context, session *shop.Session) error {
	c, _, err := s.open(ctx, session)
	if err != nil {
		return err
	}
	if len(c.lines) == 0 {
		session.End()
		return nil
	}
	c.customer, c.wrote = 0, 0
	return s.keep(ctx, session, c, false)
}

// SignOutEverywhere implements shop.SessionStore for this browser, the only one this store can know of.
func (s *Store) SignOutEverywhere(ctx context.Context, session *shop.Session) error {
	return s.SignOut(ctx, session)
}

// Ordered implements shop.SessionStore.
func (s *Store) Ordered(ctx context.Context, session *shop.Session, r shop.Receipt) error {
	c, there, err := s.open(ctx, session)
	if err != nil || !there || r.Number <= c.lastOrder {
		return err
	}
	c.lines, c.lastOrder = c.cart().Paid(r).Lines, r.Number
	return s.keep(ctx, session, c, false)
}

// Wrote implements shop.SessionStore: this session alone knows of it.
func (s *Store) Wrote(ctx context.Context, session *shop.Session, customer int64, at shop.Position) error {
	c, _, err := s.open(ctx, session)
	if err != nil || c.customer != customer || c.wrote >= at {
		return err
	}
	c.wrote = at
	return s.keep(ctx, session, c, false)
}

// read returns what the cookie says. The cookie is sent again, with a new lifetime, only when a tenth of
// its lifetime has passed: the answer to a read that arrives after that to a change brings the older cart
// back.
func (s *Store) read(ctx context.Context, session *shop.Session) (content, error) {
	c, there, err := s.open(ctx, session)
	if err != nil || !there || c.expires.Sub(s.now()) > s.ttl-s.ttl/10 {
		return c, err
	}
	return c, s.keep(ctx, session, c, false)
}

// open returns what the session's cookie says, if there is one and it can be believed.
func (s *Store) open(ctx context.Context, session *shop.Session) (c content, there bool, err error) {
	if session.Token() == "" {
		return content{}, false, nil
	}
	c, err = s.sealer.open(ctx, session.Token(), s.now())
	switch {
	case err == nil:
		return c, true, nil
	case errors.Is(err, shop.ErrUnavailable):
		return content{}, false, err
	}
	s.rejected.WithLabelValues(err.Error()).Inc()
	return content{}, false, nil
}

// keep gives the browser a new cookie. One that grew must leave room for an identity.
func (s *Store) keep(ctx context.Context, session *shop.Session, c content, grew bool) error {
	c.expires = s.now().Add(s.ttl)
	token, err := s.sealer.seal(ctx, c)
	if err != nil {
		return err
	}
	if grew && s.size(token)+identityRoom > MaxSize {
		s.rejected.WithLabelValues(errTooLarge.Error()).Inc()
		return shop.Refuse(shop.ErrLimit, fmt.Sprintf("the cart does not fit into the %d bytes that browsers accept for a cookie: "+
			"take something out, or order what is in it", MaxSize))
	}
	session.Keep(token)
	return nil
}
