package redis

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/rueidis"

	"myclothes/app/shop"
)

// Store keeps each session in one hash: of a guest, a field per line of the cart (SKU to quantity); of a
// customer, who that is. A customer's cart is a hash of its own, which all their sessions share. Every
// operation is one round trip and one script, so it is atomic.
//
// Replication is asynchronous: when the primary dies, what it acknowledged in its last moments may not have
// reached the replica that takes its place. Options.Durability says what is done about that.
type Store struct {
	client  *Client
	ttl     string // seconds
	commits *commits
}

var _ shop.SessionStore = (*Store)(nil)

// Options say how a Store keeps sessions.
type Options struct {
	Lifetimes  shop.Lifetimes
	Durability Durability // empty: Fast
}

// NewStore returns a store in the cache.
func NewStore(client *Client, o Options) *Store {
	return &Store{
		client: client, ttl: strconv.FormatInt(int64(o.Lifetimes.Idle.Seconds()), 10), commits: newCommits(client, o.Durability),
	}
}

// Metrics is what the store counts.
func (s *Store) Metrics() prometheus.Collector { return s.commits }

// Ping implements shop.SessionStore.
func (s *Store) Ping(ctx context.Context) error {
	return s.client.Ping(ctx)
}

// Cart implements shop.CartStore.
func (s *Store) Cart(ctx context.Context, session *shop.Session) (shop.Cart, error) {
	if !shop.IsSessionID(session.Token()) {
		return shop.Cart{}, nil
	}
	reply, err := s.read(ctx, readScript, keys(session), s.ttl)
	if errors.Is(err, rueidis.Nil) {
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

// change runs a script that changes one line, in the session there is, and if that is gone or never was, in a
// new one: an identifier that this store did not issue is not adopted.
func (s *Store) change(ctx context.Context, session *shop.Session, script *Script, sku string, quantity int) (shop.Cart, error) {
	id := shop.NewSessionID()
	moved := []string{oldKey(session), sessionKey(id)}
	reply, err := s.write(ctx, script, moved, s.ttl, sku, quantity)
	if err != nil {
		return shop.Cart{}, ignoreNil(err)
	}
	switch reply {
	case "quantity":
		return shop.Cart{}, shop.TooMany(sku)
	case "lines":
		return shop.Cart{}, shop.TooManyLines()
	}
	parts := reply.([]any)
	if parts[0] == int64(0) {
		id = session.Token()
	}
	session.Keep(id)
	return parseCart(parts[1].([]any))
}

// Clear implements shop.CartStore.
func (s *Store) Clear(ctx context.Context, session *shop.Session) error {
	if !shop.IsSessionID(session.Token()) {
		return nil
	}
	_, err := s.write(ctx, clearScript, keys(session), s.ttl)
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
	reply, err := s.read(ctx, signedInScript, keys(session), s.ttl)
	if err != nil {
		return shop.Identity{}, ignoreNil(err)
	}
	session.Keep(session.Token())
	fields := reply.([]any)
	if len(fields) == 0 {
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

// SignIn implements shop.SessionStore.
func (s *Store) SignIn(ctx context.Context, session *shop.Session, customer int64, wrote shop.Position) error {
	id := shop.NewSessionID()
	moved := []string{oldKey(session), sessionKey(id)}
	if _, err := s.write(ctx, signInScript, moved, s.ttl, customer, int64(wrote), newEpoch()); err != nil {
		return err
	}
	session.Keep(id)
	return nil
}

// SignOut implements shop.SessionStore.
func (s *Store) SignOut(ctx context.Context, session *shop.Session) error {
	return s.signOut(ctx, session, "")
}

// SignOutEverywhere implements shop.SessionStore.
func (s *Store) SignOutEverywhere(ctx context.Context, session *shop.Session) error {
	return s.signOut(ctx, session, newEpoch())
}

func (s *Store) signOut(ctx context.Context, session *shop.Session, epoch string) error {
	guest, err := s.write(ctx, signOutScript, []string{oldKey(session)}, s.ttl, epoch)
	switch {
	case err != nil:
		return err
	case guest == int64(1):
		session.Keep(session.Token())
	default:
		session.End()
	}
	return nil
}

// Ordered implements shop.SessionStore.
func (s *Store) Ordered(ctx context.Context, session *shop.Session, r shop.Receipt) error {
	args := []any{s.ttl, r.Number}
	for _, line := range r.Lines {
		args = append(args, line.SKU, line.Quantity)
	}
	_, err := s.write(ctx, orderedScript, []string{oldKey(session)}, args...)
	if err == nil {
		session.Keep(session.Token())
	}
	return ignoreNil(err)
}

// Wrote implements shop.SessionStore.
func (s *Store) Wrote(ctx context.Context, _ *shop.Session, customer int64, at shop.Position) error {
	key := "account:" + strconv.FormatInt(customer, 10)
	_, err := s.write(ctx, wroteScript, []string{key}, s.ttl, int64(at))
	return err
}

// newEpoch returns what tells the sessions of an account from those that were ended. An account whose epoch is
// lost has no sessions any more: nothing that was ended comes back.
func newEpoch() string { return rand.Text()[:10] }

func sessionKey(id string) string { return "s:" + id }

func keys(session *shop.Session) []string { return []string{sessionKey(session.Token())} }

// oldKey is the key of the session that there was; of none, if the token is not one of ours.
func oldKey(session *shop.Session) string {
	if !shop.IsSessionID(session.Token()) {
		return sessionKey("")
	}
	return sessionKey(session.Token())
}

func ignoreNil(err error) error {
	if errors.Is(err, rueidis.Nil) {
		return nil
	}
	return err
}

// parseCart reads a script's reply: SKU, quantity, SKU, quantity …, and the latest order under "!".
func parseCart(reply []any) (shop.Cart, error) {
	lines, lastOrder := make([]shop.Line, 0, len(reply)/2), int64(0)
	for i := 0; i+1 < len(reply); i += 2 {
		number, err := parseNumber(reply[i+1])
		if err != nil {
			return shop.Cart{}, fmt.Errorf("cache: cart: %v is %q: %w", reply[i], reply[i+1], err)
		}
		switch field := reply[i].(string); field {
		case "!":
			lastOrder = number
		default:
			lines = append(lines, shop.Line{SKU: field, Quantity: int(number)})
		}
	}
	cart := shop.NewCart(lines)
	cart.Orders = lastOrder
	return cart, nil
}

// parseNumber reads what was in a hash, a string, or was computed by a script, an integer.
func parseNumber(reply any) (int64, error) {
	if number, ok := reply.(int64); ok {
		return number, nil
	}
	return strconv.ParseInt(reply.(string), 10, 64)
}
