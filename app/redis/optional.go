package redis

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"myclothes/app/shop"
)

// optionalPause is how long a cache that is away is left alone.
const optionalPause = time.Second

// Optional runs scripts for what can do without the cache. An answer that does not come soon is none, and
// while the cache is away one call in a second tries it: a dead cache must not add its timeout to every
// request. It has connections of its own, so that it never waits behind changes of carts. Safe for concurrent use.
type Optional struct {
	client   *Client
	patience time.Duration
	retry    atomic.Int64 // Unix nanoseconds before which nobody tries; 0: the cache is there
}

// NewOptional returns an Optional that waits as long as patience for an answer.
func NewOptional(client *Client, patience time.Duration) *Optional {
	return &Optional{client: client, patience: patience}
}

// Run runs a script, once. An error that wraps shop.ErrUnavailable says that the cache is away; the script
// may have run. What becomes of ctx makes no difference, for it says nothing about the cache.
func (o *Optional) Run(ctx context.Context, script *Script, keys []string, args ...any) (reply any, err error) {
	if !o.mayTry() {
		return nil, fmt.Errorf("cache: not tried: %w", shop.ErrUnavailable)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.patience)
	defer cancel()
	reply, err = script.run(keys, args, func(commands ...command) ([]rueidis.RedisResult, error) {
		return o.client.once(ctx, o.client.spare, commands)
	})
	if errors.Is(err, shop.ErrUnavailable) {
		o.retry.Store(time.Now().Add(optionalPause).UnixNano())
		return nil, err
	}
	if o.retry.Load() != 0 {
		o.retry.Store(0)
	}
	return reply, err
}

// mayTry is true while the cache is there, and for one caller after each pause.
func (o *Optional) mayTry() bool {
	retry, now := o.retry.Load(), time.Now()
	return retry == 0 || now.UnixNano() >= retry && o.retry.CompareAndSwap(retry, now.Add(optionalPause).UnixNano())
}
