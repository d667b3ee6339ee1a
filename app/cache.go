package main

import (
	"fmt"
	"net"
	"time"

	"myclothes/app/dial"
	"myclothes/app/redis"
	"myclothes/app/secrets"
)

// cachePatience is how long what can do without the cache waits for it.
const cachePatience = 100 * time.Millisecond

// openCache returns a client of the cache, which connects to nothing yet; nil if there is no cache.
func openCache(cfg Config, client secrets.Client) (*redis.Client, error) {
	if cfg.Cache.Address == "" {
		return nil, nil
	}
	cache := redis.Config{Address: cfg.Cache.Address, Dialer: dial.From(cfg.Address)}
	if cfg.Cache.Secret != "" {
		cache.Token = secrets.New[redis.Auth](client, cfg.Cache.Secret)
	}
	if cfg.Cache.TLS {
		host, _, err := net.SplitHostPort(cfg.Cache.Address)
		if err != nil {
			return nil, fmt.Errorf("cache: %w", err)
		}
		if cache.TLS, err = dial.TLS(host, nil); err != nil {
			return nil, fmt.Errorf("cache: %w", err)
		}
	}
	return redis.NewClient(cache), nil
}

// optional is the cache for what can do without it; nil if there is none.
func optional(cache *redis.Client) *redis.Optional {
	if cache == nil {
		return nil
	}
	return redis.NewOptional(cache, cachePatience)
}
