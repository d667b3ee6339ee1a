package infra

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/config"
	"myclothes/infra/data"
	"myclothes/infra/edge"
	"myclothes/infra/fleet"
	"myclothes/infra/network"
)

// Config is everything that can be configured, by part.
type Config struct {
	Carts       data.CartsConfig
	Service     fleet.ServiceConfig
	Network     network.Config
	Edge        edge.Config
	Fleet       fleet.Config
	Cache       data.CacheConfig
	Database    data.DatabaseConfig
	Maintenance data.Maintenance
	// DeletionProtection is what conventions.RetentionOf is computed from.
	DeletionProtection bool
}

// Keys is the table of all keys, in the order in which they are described. They are bound
// to the fields of the configuration.
func (c *Config) Keys() []config.Key {
	var keys []config.Key
	for _, part := range []interface{ Keys() []config.Key }{
		&c.Carts, &c.Service, &c.Network, &c.Edge, &c.Fleet, &c.Cache, &c.Database, &c.Maintenance,
	} {
		keys = append(keys, part.Keys()...)
	}
	return append(keys, config.Boolean(&c.DeletionProtection, "deletionProtection", true,
		"Refuse to delete data stores and load balancer, and keep a final snapshot and the secrets for a while when they go"))
}

// LoadConfig reads the stack's configuration, in the namespace of the project's name. Its
// error lists every problem, each with the key, the value and what is accepted.
func LoadConfig(ctx *pulumi.Context) (Config, error) {
	var c Config
	keys := c.Keys()
	problems := config.Read(ctx.Project(), keys, func(key string) string {
		value, _ := ctx.GetConfig(key)
		return value
	})
	for _, part := range []interface{ Check(*config.Problems) }{&c.Service, &c.Network, &c.Fleet, &c.Database, &c} {
		part.Check(problems)
	}
	// The Go SDK lists a stack's keys nowhere but in this variable, which the engine sets
	// to a JSON object for every program that it starts as a process.
	var all map[string]any
	if json.Unmarshal([]byte(os.Getenv("PULUMI_CONFIG")), &all) == nil {
		problems.RefuseUnknown(keys, all)
	}
	return c, problems.Err()
}

// Check refuses what is legal in each part and wrong in all of them together.
func (c *Config) Check(p *config.Problems) {
	p.RefuseIf(c.Carts.Store == data.StoreElastiCache && c.Cache.Durability == data.DurabilityStrict && c.Cache.Replicas < 2,
		"cartDurability", c.Cache.Durability,
		fmt.Sprintf("fast or replicated with cacheReplicas %d: strict needs 2, so that one may be away", c.Cache.Replicas))
	p.RefuseIf(c.Edge.Stickiness == edge.StickinessAppCookie && c.Carts.Store == data.StoreCookie, "stickiness", c.Edge.Stickiness,
		"none or lb_cookie with cartStore cookie: there is no session cookie to follow")
	p.RefuseIf(c.Fleet.MinInstances < c.Network.AvailabilityZones, "minInstances", c.Fleet.MinInstances,
		fmt.Sprintf("at least availabilityZones (%d), one instance per zone", c.Network.AvailabilityZones))
	most := data.MostInstances(c.Database.InstanceClass)
	p.RefuseIf(c.Fleet.MaxInstances > most, "maxInstances", c.Fleet.MaxInstances,
		fmt.Sprintf("at most %d with databaseInstanceClass %s, for the connections of a roll", most, c.Database.InstanceClass))
	p.RefuseIf(!c.Network.HoldsInstances(c.Fleet.MaxInstances), "maxInstances", c.Fleet.MaxInstances,
		fmt.Sprintf("what the private subnets of %s hold twice over, as a roll needs", c.Network.CIDR))
}
