// Package cookie keeps carts in the visitors' browsers: rung 3 of the ladder. The cookie holds the cart,
// who is signed in and which of their writes they must see, encrypted and authenticated (AES-256-GCM), so
// any instance with the keys serves anybody, and instances and stores hold nothing.
//
// A cookie that was altered, cut off, encrypted with a key that was dropped, for another name or format, or that has
// expired is an empty cart and a signed-out visitor; it is counted and never an error. A cookie of a later release, or
// of a key that may be on its way to this instance, is shop.ErrUnavailable, and is not replaced. A change after which
// the browser would not accept the cookie (4096 bytes with its name and attributes) is refused, and the browser keeps
// the cart before it.
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
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/shop"
)

// MaxSize is how long a cookie may be with its name and attributes, in bytes: what every browser accepts.
const MaxSize = 4096

// identityRoom is kept free by changes to the cart, in characters, so that signing in and ordering always fit: they
// write at most four numbers and the cart's ID, each with a tag and a length.
var identityRoom = encoding.EncodedLen(4*(2+binary.MaxVarintLen64) + 2 + len(shop.NewSessionID()))

// Config says how carts become cookies.
type Config struct {
	Name      string // of the cookie
	Lifetimes shop.Lifetimes
	Secret    Secret                 // the keys
	Size      func(token string) int // bytes of the whole cookie with this value: name, value, attributes
}

// Store is a shop.SessionStore that holds nothing.
type Store struct {
	sealer    sealer
	lifetimes shop.Lifetimes
	size      func(string) int
	now       func() time.Time
	rejected  *prometheus.CounterVec
}

var _ shop.SessionStore = (*Store)(nil)

// NewStore returns the store. It does not read the keys yet: Secrets Manager may be away.
func NewStore(cfg Config) *Store {
	s := &Store{
		sealer:    sealer{ring: keyring{secret: cfg.Secret}, name: cfg.Name},
		lifetimes: cfg.Lifetimes, size: cfg.Size, now: time.Now,
		rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cookie_rejections_total",
			Help: "Cookies answered like an empty cart, and changes refused because the cookie would be too large, by reason.",
		}, []string{"reason"}),
	}
	for _, reason := range []error{errMalformed, errUnknownKey, errAltered, errExpired, errTooLarge} {
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
	return c.cart, err
}

// Add implements shop.CartStore.
func (s *Store) Add(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	return s.change(ctx, session, sku, func(before int) int { return before + quantity })
}

// Set implements shop.CartStore.
func (s *Store) Set(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	return s.change(ctx, session, sku, func(int) int { return quantity })
}

// change makes the quantity of one line what after says. It begins a session only if there is something to keep.
func (s *Store) change(ctx context.Context, session *shop.Session, sku string, after func(before int) int) (shop.Cart, error) {
	c, there, err := s.open(ctx, session)
	if err != nil {
		return shop.Cart{}, err
	}
	before := c.cart.Quantity(sku)
	quantity := after(before)
	if c.cart, err = c.cart.With(sku, quantity); err != nil {
		return shop.Cart{}, err
	}
	if !there {
		if len(c.cart.Lines) == 0 {
			return shop.Cart{}, nil
		}
		if err := session.MayBegin(); err != nil {
			return shop.Cart{}, err
		}
	}
	return s.keep(ctx, session, c, quantity > before)
}

// Clear implements shop.CartStore.
func (s *Store) Clear(ctx context.Context, session *shop.Session) error {
	c, there, err := s.open(ctx, session)
	if err != nil || !there {
		return err
	}
	c.cart.Lines = nil
	_, err = s.keep(ctx, session, c, false)
	return err
}

// read returns what the cookie says. The cookie is sent again, with a new lifetime, only when a tenth of
// its lifetime has passed: the answer to a read that arrives after that to a change brings the older cart
// back.
func (s *Store) read(ctx context.Context, session *shop.Session) (content, error) {
	c, there, err := s.open(ctx, session)
	if err != nil || !there {
		return c, err
	}
	if left := time.Unix(c.expires, 0).Sub(s.now()); left >= s.lifetimes.Idle-s.lifetimes.Idle/10 {
		return c, nil
	}
	_, err = s.keep(ctx, session, c, false)
	return c, err
}

// open returns what the session's cookie says, if there is one and it can be believed.
func (s *Store) open(ctx context.Context, session *shop.Session) (c content, there bool, err error) {
	if session.Token() == "" {
		return content{}, false, nil
	}
	c, err = s.sealer.open(ctx, session.Token(), s.now())
	switch {
	case err == nil:
		return s.asOfNow(c), true, nil
	case errors.Is(err, shop.ErrUnavailable):
		return content{}, false, err
	}
	s.rejected.WithLabelValues(err.Error()).Inc()
	return content{}, false, nil
}

// asOfNow signs the customer out when it is time. Versions 1 and 2 do not say when they signed in: it was when the
// cookie was written, or before.
func (s *Store) asOfNow(c content) content {
	if c.customer == 0 || s.lifetimes.SignedIn == 0 {
		return c
	}
	if c.signedIn == 0 {
		c.signedIn = c.expires - int64(s.lifetimes.Idle/time.Second)
	}
	if s.now().Sub(time.Unix(c.signedIn, 0)) >= s.lifetimes.SignedIn {
		return c.signedOut()
	}
	return c
}

// keep gives the browser a new cookie, and returns the cart in it. One that grew must leave room for an identity.
func (s *Store) keep(ctx context.Context, session *shop.Session, c content, grew bool) (shop.Cart, error) {
	c.expires = s.now().Add(s.lifetimes.Idle).Unix()
	if c.customer != 0 && c.cart.ID == "" && len(c.cart.Lines) > 0 {
		c.cart.ID = shop.NewSessionID()
	}
	token, err := s.sealer.seal(ctx, c)
	if err != nil {
		return shop.Cart{}, err
	}
	if grew && s.size(token)+identityRoom > MaxSize {
		s.rejected.WithLabelValues(errTooLarge.Error()).Inc()
		return shop.Cart{}, shop.Refuse(shop.ErrLimit, fmt.Sprintf("the cart does not fit into the %d bytes that browsers accept for a cookie: "+
			"take something out, or order what is in it", MaxSize))
	}
	session.Keep(token)
	return c.cart, nil
}
