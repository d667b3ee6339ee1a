package main

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/cookie"
	"myclothes/app/dial"
	"myclothes/app/dynamodb"
	"myclothes/app/memory"
	"myclothes/app/redis"
	"myclothes/app/secrets"
	"myclothes/app/server/web"
	"myclothes/app/shop"
)

// openStore opens the store of the configured rung, and returns what it measures. It connects to nothing yet.
func openStore(ctx context.Context, cfg Config, cache *redis.Client, client secrets.Client) (shop.SessionStore, []prometheus.Collector, error) {
	switch cfg.Store {
	case "cookie":
		store := openCookies(cfg, client)
		return store, []prometheus.Collector{store.Metrics()}, nil
	case "elasticache":
		store := redis.NewStore(cache, redis.Options{Lifetimes: cfg.Lifetimes, Durability: cfg.Cache.Durability})
		return store, []prometheus.Collector{store.Metrics()}, nil
	case "dynamodb":
		table, err := dynamodb.NewClient(ctx, dial.From(cfg.Address))
		if err != nil {
			return nil, nil, err
		}
		return dynamodb.NewStore(table, cfg.Table, cfg.Lifetimes), nil, nil
	}
	return memory.NewStore(cfg.Lifetimes), nil, nil
}

func openCookies(cfg Config, client secrets.Client) *cookie.Store {
	return cookie.NewStore(cookie.Config{
		Name: cfg.SessionCookie, Lifetimes: cfg.Lifetimes, Secret: secrets.New[cookie.Keys](client, cfg.CookieSecret),
		Size: func(token string) int {
			return len(web.NewCookie(cfg.SessionCookie, token, cfg.Lifetimes.Idle).String())
		},
	})
}
