// Package throttle bounds how often passwords can be guessed, how often the right ones can be used, and how many
// sessions one client can begin. It counts in ElastiCache, for the whole fleet, and in the process while that is away.
// Keys are hashes: neither e-mail nor network addresses are kept.
package throttle

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/redis"
	"myclothes/app/shop"
)

// Throttle is what package server asks before it looks at a password or begins a session. Safe for concurrent use.
type Throttle struct {
	cache       *redis.Optional // nil: there is none
	newSessions int             // that one client may begin of each kind in a sessionWindow; 0: any number
	own         *memory
	begun       *begun
	refusing    atomic.Int64 // Unix nanoseconds until which there may be somebody who may begin no session
	refused     prometheus.Counter
	crowded     prometheus.Counter
}

// New returns a throttle that counts in the cache; nil stands for none. newSessions is how many sessions one client
// may begin in an hour by filling a cart, how many by signing in or up, and how many by signing in from devices that
// are known; 0 is any number.
func New(cache *redis.Optional, newSessions int) *Throttle {
	return &Throttle{
		cache: cache, newSessions: newSessions, own: newMemory(), begun: &begun{byClient: map[string]int{}},
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "sign_in_refusals_total", Help: "Attempts to sign in or up that were refused because there were too many.",
		}),
		crowded: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "new_session_refusals_total", Help: "Times that a client was refused new sessions until its hour is over.",
		}),
	}
}

// Metrics is what the throttle counts, to be registered once.
func (t *Throttle) Metrics() prometheus.Collector {
	all := prometheus.NewRegistry()
	all.MustRegister(t.refused, t.crowded)
	return all
}

// Both scripts are given counters as KEYS and, for each of them, three ARGV: its limit, its window in ms, and how much
// it is to go up. They return for how many ms to wait: 0 unless a counter has reached its limit. They count in a full
// cache too: nobody gets more guesses by filling it.
const counting = `#!lua flags=allow-oom
	local function wait()
		local longest = 0
		for i, key in ipairs(KEYS) do
			if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[3 * i - 2]) then
				longest = math.max(longest, redis.call('PTTL', key), 1)
			end
		end
		return longest
	end
	local function count()
		for i, key in ipairs(KEYS) do
			local window, more = ARGV[3 * i - 1], tonumber(ARGV[3 * i])
			if tonumber(redis.call('GET', key) or 0) + more <= 0 then
				redis.call('DEL', key)
			elseif redis.call('INCRBY', key, more) == more then
				redis.call('PEXPIRE', key, window)
			end
		end
	end`

var (
	beginScript = redis.NewScript(counting + `
	local longest = wait()
	if longest == 0 then count() end
	return longest`)

	countScript = redis.NewScript(counting + `
	count()
	return wait()`)
)

// Begin counts an attempt as one that fails and returns 0, or returns how long to wait because there were too many.
func (t *Throttle) Begin(ctx context.Context, a shop.Attempt) time.Duration {
	list := slices.Concat(changes(failures(a), 1), changes(t.successes(a), 0))
	wait, counted := t.run(ctx, beginScript, list)
	if !counted {
		wait = t.own.begin(list)
	}
	if wait > 0 {
		t.refused.Inc()
	}
	return wait
}

// Succeeded counts the attempt as one that succeeded, and forgets what was mistyped for this account from there.
func (t *Throttle) Succeeded(ctx context.Context, a shop.Attempt) {
	list := changes(failures(a), -1)
	if a.Account != "" {
		list[0].more = -list[0].limit
	}
	t.count(ctx, append(list, changes(t.successes(a), 1)...))
}

// Failed leaves what Begin counted.
func (t *Throttle) Failed(context.Context, shop.Attempt) {}

// Abandoned takes the attempt back.
func (t *Throttle) Abandoned(ctx context.Context, a shop.Attempt) {
	t.count(ctx, changes(failures(a), -1))
}

// count changes counters and returns for how long one of them has reached its limit.
func (t *Throttle) count(ctx context.Context, list []change) time.Duration {
	if wait, counted := t.run(ctx, countScript, list); counted {
		return wait
	}
	return t.own.count(list)
}

// run runs one of the scripts; not counted if the cache is away.
func (t *Throttle) run(ctx context.Context, script *redis.Script, list []change) (wait time.Duration, counted bool) {
	if t.cache == nil {
		return 0, false
	}
	var keys []string
	var args []any
	for _, c := range list {
		keys, args = append(keys, c.key), append(args, c.limit, c.window.Milliseconds(), c.more)
	}
	reply, err := t.cache.Run(ctx, script, keys, args...)
	milliseconds, ok := reply.(int64)
	return time.Duration(milliseconds) * time.Millisecond, ok && err == nil
}
