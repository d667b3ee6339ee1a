package lazy

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"myclothes/app/redis"
	"myclothes/app/shop"
)

// The keys of each script are those of Cache.keys: the entry, the lease of whoever may write it, and the
// floor, the position of the last write that is known.
var (
	// ARGV: position to be as of, a new lease, its lifetime in ms, an entry that makes no sense. Returns the
	// entry, or which position to load as of, whether the lease was got, and whether the entry is too old.
	lookScript = redis.NewScript(`
		local after, entry = ARGV[1], redis.call('GET', KEYS[1])
		local floor = redis.call('GET', KEYS[3])
		if floor and tonumber(floor) > tonumber(after) then after = floor end
		local at = entry and entry ~= ARGV[4] and string.match(entry, '^(%d+):')
		if at and tonumber(at) >= tonumber(after) then return entry end
		local got = redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3])
		return {after, got and 1 or 0, at and 1 or 0}`)

	// ARGV: lease, entry, its lifetime in ms.
	keepScript = redis.NewScript(`
		if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
		redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
		return redis.call('DEL', KEYS[2])`)

	// ARGV: lease.
	releaseScript = redis.NewScript(`
		if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
		return redis.call('DEL', KEYS[2])`)

	// ARGV: position of the write, for how long to remember it in ms.
	forgetScript = redis.NewScript(`
		redis.call('DEL', KEYS[1], KEYS[2])
		if tonumber(redis.call('GET', KEYS[3]) or 0) < tonumber(ARGV[1]) then
			redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
		end
		return 1`)
)

// found is what a look finds.
type found struct {
	state state
	entry string        // if it is there
	after shop.Position // otherwise, what to load as of
	stale bool          // an entry was there, but too old
}

type state int

const (
	there   state = iota
	leased        // to the caller, who is to load it
	awaited       // somebody else is loading it
)

func (c *Cache[V]) keys(key string) []string {
	name := fmt.Sprintf("lazy:%s:%d:%s", c.cfg.Name, c.cfg.Format, key)
	return []string{name, name + ":lease", name + ":floor"}
}

func (c *Cache[V]) look(ctx context.Context, key string, after shop.Position, lease, senseless string) (found, error) {
	reply, err := c.redis.Run(ctx, lookScript, c.keys(key), int64(after), lease, leaseTime.Milliseconds(), senseless)
	if err != nil {
		return found{}, err
	}
	return readLook(reply)
}

// readLook reads the reply of lookScript. It may be anything, like all that comes from a network.
func readLook(reply any) (found, error) {
	if entry, ok := reply.(string); ok {
		return found{state: there, entry: entry}, nil
	}
	fields, _ := reply.([]any)
	if len(fields) != 3 {
		return found{}, fmt.Errorf("cache: its reply, %v, is none to a look", reply)
	}
	need, err := strconv.ParseInt(fmt.Sprint(fields[0]), 10, 64)
	f := found{state: awaited, after: shop.Position(need), stale: fields[2] == int64(1)}
	if fields[1] == int64(1) {
		f.state = leased
	}
	return f, err
}

// What follows may fail: the entry or the lease then lives until it expires.

func (c *Cache[V]) keep(ctx context.Context, key, lease, entry string, ttl time.Duration) {
	c.redis.Run(ctx, keepScript, c.keys(key), lease, entry, ttl.Milliseconds())
}

func (c *Cache[V]) release(ctx context.Context, key, lease string) {
	c.redis.Run(ctx, releaseScript, c.keys(key), lease)
}

func (c *Cache[V]) forget(ctx context.Context, key string, written shop.Position) error {
	_, err := c.redis.Run(ctx, forgetScript, c.keys(key), int64(written), floorTime.Milliseconds())
	return err
}
