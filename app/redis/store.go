package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/rueidis"

	"myclothes/app/shop"
)

// Store keeps each session in one hash: of a guest, a field per line of the cart (SKU to quantity); of a
// customer, who that is. A customer's cart is a hash of its own, which all their sessions share (format.go has the
// formats). Every change is one script, so it is atomic, and one round trip, but for the one that finds out that a
// session is gone and another one has to begin. Changes have ids, which the cart remembers, so that one whose answer
// was lost is sent again and counts once. (If somebody signs in or out there in between, it does not find its session
// again, and begins one of its own.)
//
// Replication is asynchronous: when the primary dies, what it acknowledged in its last moments may not have
// reached the replica that takes its place. Options.Durability says what is done about that.
type Store struct {
	client    *Client
	lifetimes shop.Lifetimes
	scripts   *scripts
	commits   *commits
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
		client: client, lifetimes: o.Lifetimes, scripts: newScripts(o.Lifetimes), commits: newCommits(client, o.Durability),
	}
}

// Metrics is what the store counts.
func (s *Store) Metrics() prometheus.Collector { return s.commits }

// Ping implements shop.SessionStore.
func (s *Store) Ping(ctx context.Context) error {
	return s.client.Ping(ctx)
}

// sessionKey is the key of the session with this token, and one that no session has if the token is not one of ours.
func sessionKey(token string) string {
	if !shop.IsSessionID(token) {
		return "s:"
	}
	return "s:" + shop.StorageKey(token)
}

func keys(session *shop.Session) []string { return []string{sessionKey(session.Token())} }

// answered reads the reply of a script that uses a session: whether it was renewed, and what it shows. there is false
// if there is no such session.
func answered(session *shop.Session, reply any, failure error) (content []any, there bool, err error) {
	if errors.Is(failure, rueidis.Nil) {
		return nil, false, nil
	}
	if err := cmp.Or(failure, refused(reply)); err != nil {
		return nil, false, err
	}
	parts, err := list(reply)
	if err != nil || len(parts) != 2 {
		return nil, false, cmp.Or(err, unexpected(reply))
	}
	if content, err = list(parts[1]); err != nil {
		return nil, false, err
	}
	if parts[0] == int64(1) {
		session.Keep(session.Token())
	}
	return content, true, nil
}

// refused is why a script did not do what was asked, if it says so.
func refused(reply any) error {
	switch reply {
	case "later":
		return fmt.Errorf("cache: not to be read by this release: %w", shop.ErrUnavailable)
	case "late":
		return fmt.Errorf("cache: asked for too long ago: %w", shop.ErrUnavailable)
	}
	return nil
}

// list is a reply that has to be one.
func list(reply any) ([]any, error) {
	if parts, ok := reply.([]any); ok {
		return parts, nil
	}
	return nil, unexpected(reply)
}

// unexpected is the error of a reply that no script of this release gives.
func unexpected(reply any) error {
	return fmt.Errorf("cache: %w: its reply, a %T, is none of this release", shop.ErrUnavailable, reply)
}
