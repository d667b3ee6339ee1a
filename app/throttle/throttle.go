// Package throttle bounds how often passwords can be guessed. It counts attempts in ElastiCache, for the whole
// fleet, and in the process while that is away. Keys are hashes: neither e-mail nor network addresses are kept.
package throttle

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/redis"
)

// window is how long attempts are counted together, from the first of them on.
const window = 15 * time.Minute

// The limits are attempts in a window that were not successes. Somebody who mistypes has enough of them; a
// customer is not locked out by strangers who guess from elsewhere before there are many; and a whole office
// behind one address may mistype.
const (
	pairLimit    = 5   // of one account from one client
	accountLimit = 50  // of one account, from anywhere
	clientLimit  = 100 // from one client, of any account
)

// counter counts attempts of one kind.
type counter struct {
	key   string
	limit int
}

// counters are those that an attempt counts for. The first is forgotten when it succeeds.
func counters(account, client string) []counter {
	byClient := counter{hash("client", client), clientLimit}
	if account == "" {
		return []counter{byClient}
	}
	return []counter{{hash("pair", account, client), pairLimit}, {hash("account", account), accountLimit}, byClient}
}

func hash(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return "throttle:" + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// Throttle is what package server asks before it looks at a password.
type Throttle struct {
	cache   *redis.Optional // nil: there is none
	own     *memory
	refused prometheus.Counter
}

// New returns a throttle that counts in the cache; nil stands for none.
func New(cache *redis.Optional) *Throttle {
	return &Throttle{cache: cache, own: newMemory(), refused: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "sign_in_refusals_total", Help: "Attempts to sign in or up that were refused because there were too many.",
	})}
}

// Metrics is what the throttle counts.
func (t *Throttle) Metrics() prometheus.Collector { return t.refused }

// KEYS are counters. ARGV: window in ms, and the limit of each counter. Returns for how many ms to wait.
var beginScript = redis.NewScript(`
	local wait = 0
	for i, key in ipairs(KEYS) do
		if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[i + 1]) then
			wait = math.max(wait, redis.call('PTTL', key), 1)
		end
	end
	if wait > 0 then return wait end
	for _, key in ipairs(KEYS) do
		if redis.call('INCR', key) == 1 then redis.call('PEXPIRE', key, ARGV[1]) end
	end
	return 0`)

// KEYS are counters. ARGV: whether the attempt succeeded.
var withdrawScript = redis.NewScript(`
	if ARGV[1] == '1' and #KEYS > 1 then redis.call('DEL', KEYS[1]) end
	for _, key in ipairs(KEYS) do
		if tonumber(redis.call('GET', key) or 0) > 0 then redis.call('DECR', key) end
	end
	return 0`)

// Begin counts an attempt and returns 0, or returns how long to wait because there were too many. account is
// empty for somebody who has none yet.
func (t *Throttle) Begin(ctx context.Context, account, client string) time.Duration {
	keys, args := []string{}, []any{window.Milliseconds()}
	for _, c := range counters(account, client) {
		keys, args = append(keys, c.key), append(args, c.limit)
	}
	wait, counted := t.run(ctx, beginScript, keys, args...)
	if !counted {
		wait = t.own.begin(counters(account, client))
	}
	if wait > 0 {
		t.refused.Inc()
	}
	return wait
}

// Succeeded takes the attempt back, and what was mistyped for this account from this client.
func (t *Throttle) Succeeded(ctx context.Context, account, client string) {
	t.withdraw(ctx, counters(account, client), true)
}

// Failed leaves what Begin counted.
func (t *Throttle) Failed(context.Context, string, string) {}

// Abandoned takes the attempt back.
func (t *Throttle) Abandoned(ctx context.Context, account, client string) {
	t.withdraw(ctx, counters(account, client), false)
}

func (t *Throttle) withdraw(ctx context.Context, list []counter, succeeded bool) {
	keys := []string{}
	for _, c := range list {
		keys = append(keys, c.key)
	}
	if _, counted := t.run(ctx, withdrawScript, keys, succeeded); !counted {
		t.own.withdraw(list, succeeded)
	}
}

// run runs a script whose reply is a time in milliseconds; not counted if the cache is away.
func (t *Throttle) run(ctx context.Context, script *redis.Script, keys []string, args ...any) (wait time.Duration, counted bool) {
	if t.cache == nil {
		return 0, false
	}
	reply, err := t.cache.Run(ctx, script, keys, args...)
	if err != nil {
		return 0, false
	}
	return time.Duration(reply.(int64)) * time.Millisecond, true
}
