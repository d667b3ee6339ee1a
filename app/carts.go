package main

import (
	"context"
	"fmt"
	"net"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/cookie"
	"myclothes/app/dial"
	"myclothes/app/dynamodb"
	"myclothes/app/memory"
	"myclothes/app/redis"
	"myclothes/app/secrets"
	"myclothes/app/server"
	"myclothes/app/shop"
)

// carts is the store of the configured rung.
type carts struct {
	store   shop.SessionStore
	metrics []prometheus.Collector
	close   func() error
}

// openStore opens the store of the configured rung. It connects to nothing yet.
func openStore(ctx context.Context, cfg Config, client secrets.Client) (carts, error) {
	c := carts{close: func() error { return nil }}
	switch cfg.Store {
	case "cookie":
		store := openCookies(cfg, client)
		c.store, c.metrics = store, []prometheus.Collector{store.Metrics()}
	case "elasticache":
		cache, err := openCache(cfg, client)
		if err != nil {
			return carts{}, fmt.Errorf("cache: %w", err)
		}
		store := redis.NewStore(cache, redis.Options{TTL: cfg.SessionTTL, ReplicaWait: cfg.Cache.ReplicaWait})
		c.store, c.metrics, c.close = store, []prometheus.Collector{store.Metrics()}, cache.Close
	case "dynamodb":
		table, err := dynamodb.NewClient(ctx, dial.From(cfg.Address))
		if err != nil {
			return carts{}, err
		}
		c.store = dynamodb.NewStore(table, cfg.Table, cfg.SessionTTL)
	default:
		c.store = memory.NewStore(cfg.SessionTTL)
	}
	return c, nil
}

func openCookies(cfg Config, client secrets.Client) *cookie.Store {
	return cookie.NewStore(cookie.Config{
		Name: cfg.SessionCookie, TTL: cfg.SessionTTL, Secret: secrets.New[cookie.Keys](client, cfg.CookieSecret),
		Size: func(token string) int {
			return len(server.NewCookie(cfg.SessionCookie, token, cfg.SessionTTL).String())
		},
	})
}

func openCache(cfg Config, client secrets.Client) (*redis.Client, error) {
	cache := redis.Config{Address: cfg.Cache.Address, Dialer: dial.From(cfg.Address)}
	if cfg.Cache.Secret != "" {
		cache.Token = secrets.New[redis.Auth](client, cfg.Cache.Secret)
	}
	if cfg.Cache.TLS {
		host, _, err := net.SplitHostPort(cfg.Cache.Address)
		if err != nil {
			return nil, err
		}
		if cache.TLS, err = dial.TLS(host, nil); err != nil {
			return nil, err
		}
	}
	return redis.NewClient(cache), nil
}
