package dynamodb

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"

	"myclothes/app/shop"
)

const (
	// A change is repeated for as long as its request lasts, which is 5 seconds.
	rememberFor = 15 * time.Second
	// An item that remembers this many changes for longer than it must is rid of them by one more update. 32 take less
	// than the kibibyte that a write unit pays for.
	mostStale = 16
)

var encoding = base64.RawURLEncoding

// newChange names a change: when it was made, in seconds, and 6 random bytes. It is added to the item that it changes,
// so it counts once, however often and late it arrives.
func newChange(now time.Time) string {
	id := binary.BigEndian.AppendUint32(make([]byte, 0, 10), uint32(now.Unix()))
	id = id[:10]
	rand.Read(id[4:])
	return encoding.EncodeToString(id)
}

// stale are the changes that nobody repeats any more.
func (i item) stale(now time.Time) (ids []string) {
	for _, id := range i.done {
		when, err := encoding.DecodeString(id)
		if err == nil && len(when) >= 4 && uint32(now.Unix())-binary.BigEndian.Uint32(when) > uint32(rememberFor/time.Second) {
			ids = append(ids, id)
		}
	}
	return ids
}

// guard says which items a change is for.
type guard struct {
	condition string
	values    attributes
}

var guestSession = guard{condition: "attribute_not_exists(frozen) AND attribute_not_exists(epoch)"}

// accountOf is for the item of a customer while sessions of this epoch count.
func accountOf(epoch string) guard {
	return guard{"epoch = :epoch", attributes{":epoch": text(epoch)}}
}

// change makes a change of the session's cart, once, and returns the item that holds the cart as it is then; nil if
// there is no such session. When the update's own condition does not hold, refusal says why; if it does not, that has
// changed meanwhile, and the change is tried again.
func (s *Store) change(ctx context.Context, session *shop.Session, u update, refusal func(*item) error) (*item, error) {
	if !shop.IsSessionID(session.Token()) {
		return nil, nil
	}
	id := newChange(s.now())
	for {
		i, err := s.tryChange(ctx, session, id, u)
		if !errors.Is(err, errCondition) {
			return i, err
		}
		if err := refusal(i); err != nil {
			return nil, err
		}
	}
}

// tryChange makes a change, or returns errCondition and the item as it was a moment later. A guest's is one round
// trip; a customer's is found out to be one first.
func (s *Store) tryChange(ctx context.Context, session *shop.Session, id string, u update) (*item, error) {
	current, err := s.changeOnce(ctx, sessionID(session.Token()), guestSession, id, u)
	if current == nil {
		return nil, err
	}
	if err != nil && current.frozen != 0 {
		if over, err := s.thaw(ctx, current); err != nil || over {
			return nil, err
		}
		return current, errCondition
	}
	s.used(ctx, session, current)
	if current.customer == 0 {
		return current, err
	}
	account, err := s.changeOnce(ctx, customerID(current.customer), accountOf(current.epoch), id, u)
	if ignoreCondition(err) != nil {
		return nil, err
	}
	if account == nil || account.epoch != current.epoch {
		return nil, s.end(ctx, session)
	}
	s.tend(ctx, account)
	return account, err
}

// changeOnce makes a change of an item that is as guard requires, if it was not made before, and returns the item; nil
// if there is none. With errCondition, it was not made, and the item is as it was a moment later.
func (s *Store) changeOnce(ctx context.Context, key string, g guard, id string, u update) (*item, error) {
	condition := g.condition + " AND NOT contains(done, :id)"
	if u.condition != "" {
		condition += " AND " + u.condition
	}
	u.condition, u.add = condition, "changes :one, done :done"
	values := attributes{":id": text(id), ":one": number(1), ":done": set(id)}
	maps.Copy(values, g.values)
	maps.Copy(values, u.values)
	u.values = values
	i, err := s.apply(ctx, key, u)
	if !errors.Is(err, errCondition) {
		return i, err
	}
	if i, err = s.get(ctx, key); err != nil || i == nil {
		return nil, err
	}
	if slices.Contains(i.done, id) {
		return i, nil
	}
	return i, errCondition
}
