package data

import "myclothes/infra/config"

// Durability says when the service acknowledges a change of a cart in ElastiCache.
type Durability string

// The durabilities.
const (
	DurabilityFast       Durability = "fast"       // when the primary has it
	DurabilityReplicated Durability = "replicated" // when a replica has it, or none answers in time
	DurabilityStrict     Durability = "strict"     // when a replica has it
)

// CacheConfig is what can be configured of the cache.
type CacheConfig struct {
	Port       int
	NodeType   string
	Replicas   int        // in other zones; 0: one node, no failover
	Durability Durability // of carts that are kept in it
}

// Keys are the keys of the cache.
func (c *CacheConfig) Keys() []config.Key {
	return []config.Key{
		config.Integer(&c.Port, "cachePort", 6379, 1024, 65535,
			"Port of the cache, {least} to {most}; changing it replaces the cache and its carts"),
		config.Pattern(&c.NodeType, "cacheNodeType", "cache.t4g.small", `cache\.[a-z0-9]+\.[a-z0-9]+`, "ElastiCache node type"),
		config.Integer(&c.Replicas, "cacheReplicas", 1, 0, 5,
			"Cache replicas in other zones, {least} to {most}; with at least one, ElastiCache fails over by itself"),
		config.OneOf(&c.Durability, "cartDurability", DurabilityReplicated, []Durability{DurabilityFast, DurabilityReplicated, DurabilityStrict},
			"When a change of a cart in ElastiCache is acknowledged: fast (the primary has it), replicated (a replica has it, or none answers in time), or strict (a replica has it; needs 2 cacheReplicas with cartStore elasticache)"),
	}
}

// durability is fast where there is no replica to wait for.
func (c *CacheConfig) durability() Durability {
	if c.Replicas == 0 {
		return DurabilityFast
	}
	return c.Durability
}
