package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"myclothes/app/shop"
)

// Store keeps each session in one hash: a field per line of the cart (SKU to quantity), and the field
// "@" with the customer who is signed in (empty for a guest), which also keeps the session alive while
// the cart is empty. Every operation is one round trip and one script, so it is atomic.
type Store struct {
	client *client
	ttl    string // seconds
}

var _ shop.SessionStore = (*Store)(nil)

// NewStore returns a store whose sessions live for ttl after they were last used. It does not connect:
// the cache may be away, now or at any time.
func NewStore(cfg Config, ttl time.Duration) *Store {
	return &Store{client: newClient(cfg), ttl: strconv.FormatInt(int64(ttl.Seconds()), 10)}
}

// Close closes all connections.
func (s *Store) Close() error { return s.client.close() }

// Ping implements shop.SessionStore.
func (s *Store) Ping(ctx context.Context) error {
	return s.client.do(ctx, true, func(c goredis.Cmdable) error { return c.Ping(ctx).Err() })
}

// Cart implements shop.CartStore.
func (s *Store) Cart(ctx context.Context, session *shop.Session) (shop.Cart, error) {
	if !shop.IsSessionID(session.Token()) {
		return shop.Cart{}, nil
	}
	reply, err := s.run(ctx, true, readScript, keys(session), s.ttl)
	if errors.Is(err, goredis.Nil) {
		return shop.Cart{}, nil
	}
	if err != nil {
		return shop.Cart{}, err
	}
	session.Keep(session.Token())
	return parseCart(reply.([]any))
}

// Add implements shop.CartStore.
func (s *Store) Add(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	return s.change(ctx, session, addScript, sku, quantity)
}

// Set implements shop.CartStore.
func (s *Store) Set(ctx context.Context, session *shop.Session, sku string, quantity int) (shop.Cart, error) {
	return s.change(ctx, session, setScript, sku, quantity)
}

// change runs a script that changes one line, first in the session there is, and if that is gone or never
// was, in a new one: an identifier that this store did not issue is not adopted.
func (s *Store) change(ctx context.Context, session *shop.Session, script *script, sku string, quantity int) (shop.Cart, error) {
	if shop.IsSessionID(session.Token()) {
		cart, err := s.changeIn(ctx, session, script, session.Token(), sku, quantity, "")
		if !errors.Is(err, goredis.Nil) {
			return cart, err
		}
	}
	if script == setScript && quantity == 0 {
		return shop.Cart{}, nil
	}
	return s.changeIn(ctx, session, script, shop.NewSessionID(), sku, quantity, "begin")
}

func (s *Store) changeIn(ctx context.Context, session *shop.Session, script *script, id, sku string, quantity int, begin string) (shop.Cart, error) {
	reply, err := s.run(ctx, script == setScript, script, []string{sessionKey(id)}, s.ttl, sku, quantity, begin)
	if err != nil {
		return shop.Cart{}, err
	}
	switch reply {
	case "quantity":
		return shop.Cart{}, shop.TooMany(sku)
	case "lines":
		return shop.Cart{}, shop.TooManyLines()
	}
	session.Keep(id)
	return parseCart(reply.([]any))
}

// Clear implements shop.CartStore.
func (s *Store) Clear(ctx context.Context, session *shop.Session) error {
	if !shop.IsSessionID(session.Token()) {
		return nil
	}
	_, err := s.run(ctx, true, clearScript, keys(session), s.ttl)
	if err == nil {
		session.Keep(session.Token())
	}
	return ignoreNil(err)
}

// SignedIn implements shop.SessionStore.
func (s *Store) SignedIn(ctx context.Context, session *shop.Session) (shop.Identity, error) {
	if !shop.IsSessionID(session.Token()) {
		return shop.Identity{}, nil
	}
	reply, err := s.run(ctx, true, signedInScript, keys(session), s.ttl)
	if err != nil {
		return shop.Identity{}, ignoreNil(err)
	}
	session.Keep(session.Token())
	fields := reply.([]any)
	if fields[0] == "" {
		return shop.Identity{}, nil
	}
	customer, err := strconv.ParseInt(fields[0].(string), 10, 64)
	if err != nil {
		return shop.Identity{}, fmt.Errorf("cache: session names customer %q: %w", fields[0], err)
	}
	wrote, err := strconv.ParseInt(fields[1].(string), 10, 64)
	if err != nil {
		return shop.Identity{}, fmt.Errorf("cache: position of customer %d is %q: %w", customer, fields[1], err)
	}
	return shop.Identity{Customer: customer, Wrote: shop.Position(wrote)}, nil
}

// SignIn implements shop.SessionStore. It may be repeated: the cart is under the new identifier then.
func (s *Store) SignIn(ctx context.Context, session *shop.Session, customer int64, wrote shop.Position) error {
	id := shop.NewSessionID()
	moved := []string{oldKey(session), sessionKey(id)}
	if _, err := s.run(ctx, true, signInScript, moved, s.ttl, customer, int64(wrote)); err != nil {
		return err
	}
	session.Keep(id)
	return nil
}

// SignOut implements shop.SessionStore.
func (s *Store) SignOut(ctx context.Context, session *shop.Session) error {
	id := shop.NewSessionID()
	kept, err := s.run(ctx, true, signOutScript, []string{oldKey(session), sessionKey(id)}, s.ttl)
	if err != nil {
		return err
	}
	if kept.(int64) == 1 {
		session.Keep(id)
	} else {
		session.End()
	}
	return nil
}

// Wrote implements shop.SessionStore.
func (s *Store) Wrote(ctx context.Context, _ *shop.Session, customer int64, at shop.Position) error {
	key := "wrote:" + strconv.FormatInt(customer, 10)
	_, err := s.run(ctx, true, wroteScript, []string{key}, s.ttl, int64(at))
	return err
}

// run runs the script; goredis.Nil means that there is no such session.
func (s *Store) run(ctx context.Context, repeatable bool, script *script, keys []string, args ...any) (reply any, err error) {
	err = s.client.do(ctx, repeatable, func(c goredis.Cmdable) error {
		reply, err = script.Run(ctx, c, keys, args...).Result()
		return err
	})
	return reply, err
}

func sessionKey(id string) string { return "session:" + id }

func keys(session *shop.Session) []string { return []string{sessionKey(session.Token())} }

// oldKey is the key of the session that there was; of none, if the token is not one of ours.
func oldKey(session *shop.Session) string {
	if !shop.IsSessionID(session.Token()) {
		return sessionKey("")
	}
	return sessionKey(session.Token())
}

func ignoreNil(err error) error {
	if errors.Is(err, goredis.Nil) {
		return nil
	}
	return err
}

// parseCart reads the reply of HGETALL: SKU, quantity, SKU, quantity …, and the field "@" among them.
func parseCart(reply []any) (shop.Cart, error) {
	lines := make([]shop.Line, 0, len(reply)/2)
	for i := 0; i+1 < len(reply); i += 2 {
		sku := reply[i].(string)
		if sku == "@" {
			continue
		}
		quantity, err := strconv.Atoi(reply[i+1].(string))
		if err != nil {
			return shop.Cart{}, fmt.Errorf("cache: quantity of %s is %q: %w", sku, reply[i+1], err)
		}
		lines = append(lines, shop.Line{SKU: sku, Quantity: quantity})
	}
	return shop.NewCart(lines), nil
}
