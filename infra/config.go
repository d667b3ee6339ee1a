package infra

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
	"myclothes/infra/data"
	"myclothes/infra/edge"
	"myclothes/infra/network"
)

// Config is everything that can be configured, by the keys and with the defaults
// of Pulumi.yaml, where each is described.
type Config struct {
	CartStore               data.CartStore
	Stickiness              edge.Stickiness
	StickinessSeconds       int
	SessionTTLHours         int
	SessionLimitDays        int // 0: no limit
	NewSessionsPerClient    int
	CookieKeys              []int // numbers of the keys; the first encrypts
	AvailabilityZones       int
	VpcCIDR                 netip.Prefix
	NatGateways             network.NatGateways
	CertificateArn          string // empty: plain HTTP
	MinInstances            int
	MaxInstances            int
	InstanceType            string
	AmiID                   string // empty: the latest Amazon Linux 2023 when an instance starts
	InstanceWarmupSeconds   int
	HealthCheckGraceSeconds int
	DeregistrationSeconds   int
	TargetCPUPercent        int
	TargetRequestsPerMinute int
	AppPort                 int
	AdminPort               int
	CachePort               int
	CacheNodeType           string
	CacheReplicas           int
	CartDurability          data.Durability
	DatabasePort            int
	DatabaseInstanceClass   string
	DatabaseEngineVersion   string
	DatabaseStorageGB       int
	DatabaseMaxStorageGB    int
	DatabaseMultiAZ         bool
	ReadReplicas            int
	BackupRetentionDays     int
	DeletionProtection      bool
	ApplyImmediately        bool
	architecture            conventions.Architecture
	subnets                 []network.SubnetTier
}

// LoadConfig reads the stack's configuration. Its error lists every problem, each
// with the key, the value and what is accepted.
func LoadConfig(ctx *pulumi.Context) (Config, error) {
	r := newReader(ctx)
	c := Config{
		CartStore:               oneOf(r, "cartStore", data.StoreElastiCache, data.StoreInstance, data.StoreCookie, data.StoreElastiCache, data.StoreDynamoDB),
		Stickiness:              oneOf(r, "stickiness", edge.StickinessNone, edge.StickinessNone, edge.StickinessLBCookie, edge.StickinessAppCookie),
		StickinessSeconds:       r.integer("stickinessSeconds", 86400, 1, 604800),
		SessionTTLHours:         r.integer("sessionTtlHours", 336, 1, 8760),
		SessionLimitDays:        r.integer("sessionLimitDays", 90, 0, 3650),
		NewSessionsPerClient:    r.integer("newSessionsPerClient", 1000, 0, 1000000),
		CookieKeys:              r.cookieKeys("cookieKeys"),
		AvailabilityZones:       r.integer("availabilityZones", 3, 2, 6),
		VpcCIDR:                 r.network("vpcCidr", "10.0.0.0/16"),
		NatGateways:             oneOf(r, "natGateways", network.NatOnePerAz, network.NatNone, network.NatSingle, network.NatOnePerAz),
		CertificateArn:          r.pattern("certificateArn", "", `arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]+`),
		MinInstances:            r.integer("minInstances", 3, 1, 1000),
		MaxInstances:            r.integer("maxInstances", 9, 1, 1000),
		InstanceType:            r.pattern("instanceType", "t4g.small", `[a-z][a-z0-9-]*\d[a-z0-9-]*\.[a-z0-9-]+`),
		AmiID:                   r.pattern("amiId", "", `ami-[0-9a-f]{8,17}`),
		InstanceWarmupSeconds:   r.integer("instanceWarmupSeconds", 180, 0, 3600),
		HealthCheckGraceSeconds: r.integer("healthCheckGraceSeconds", 180, 0, 3600),
		DeregistrationSeconds:   r.integer("deregistrationSeconds", 30, 10, 3600),
		TargetCPUPercent:        r.integer("targetCpuPercent", 60, 10, 90),
		TargetRequestsPerMinute: r.integer("targetRequestsPerMinute", 6000, 1, 1000000),
		AppPort:                 r.integer("appPort", 8080, 1024, 65535),
		AdminPort:               r.integer("adminPort", 8081, 1024, 65535),
		CachePort:               r.integer("cachePort", 6379, 1024, 65535),
		CacheNodeType:           r.pattern("cacheNodeType", "cache.t4g.small", `cache\.[a-z0-9]+\.[a-z0-9]+`),
		CacheReplicas:           r.integer("cacheReplicas", 1, 0, 5),
		CartDurability:          oneOf(r, "cartDurability", data.DurabilityReplicated, data.DurabilityFast, data.DurabilityReplicated, data.DurabilityStrict),
		DatabasePort:            r.integer("databasePort", 5432, 1150, 65535),
		DatabaseInstanceClass:   r.pattern("databaseInstanceClass", "db.t4g.medium", `db\.[a-z0-9]+\.[a-z0-9]+`),
		DatabaseEngineVersion:   r.pattern("databaseEngineVersion", "17", `1[4-9](\.\d+)?`),
		DatabaseStorageGB:       r.integer("databaseStorageGb", 20, 20, 65536),
		DatabaseMaxStorageGB:    r.integer("databaseMaxStorageGb", 100, 20, 65536),
		DatabaseMultiAZ:         r.boolean("databaseMultiAz", true),
		ReadReplicas:            r.integer("readReplicas", 1, 0, 15),
		BackupRetentionDays:     r.integer("backupRetentionDays", 7, 0, 35),
		DeletionProtection:      r.boolean("deletionProtection", true),
		ApplyImmediately:        r.boolean("applyImmediately", false),
	}
	r.derive(&c)
	r.combinations(c)
	return c, r.err()
}

// derive computes what follows from single values.
func (r *reader) derive(c *Config) {
	var err error
	if c.architecture, err = conventions.ArchitectureOf(c.InstanceType); err != nil {
		r.refuse("instanceType", c.InstanceType, err.Error())
	}
	if !c.VpcCIDR.IsValid() {
		return // reported already
	}
	if c.subnets, err = network.PlanSubnets(c.VpcCIDR, c.AvailabilityZones); err != nil {
		r.refuse("vpcCidr", c.VpcCIDR, err.Error())
	}
}

// combinations refuses values that are legal alone and wrong together.
func (r *reader) combinations(c Config) {
	rules := []struct {
		broken   bool
		key      string
		value    any
		accepted string
	}{
		{c.DatabaseMultiAZ && c.AvailabilityZones < 2, "databaseMultiAz", c.DatabaseMultiAZ,
			fmt.Sprintf("false with availabilityZones %d: a standby needs a second zone", c.AvailabilityZones)},
		{c.CacheReplicas > 0 && c.AvailabilityZones < 2, "cacheReplicas", c.CacheReplicas,
			fmt.Sprintf("0 with availabilityZones %d: a Multi-AZ replica needs a second zone", c.AvailabilityZones)},
		{c.CartStore == data.StoreElastiCache && c.CartDurability == data.DurabilityStrict && c.CacheReplicas < 2, "cartDurability", c.CartDurability,
			fmt.Sprintf("fast or replicated with cacheReplicas %d: strict needs 2, so that one may be away", c.CacheReplicas)},
		{c.MinInstances < c.AvailabilityZones, "minInstances", c.MinInstances,
			fmt.Sprintf("at least availabilityZones (%d), one instance per zone", c.AvailabilityZones)},
		// Until the grace period is over, Auto Scaling does not look at what the load balancer says.
		{c.InstanceWarmupSeconds < c.HealthCheckGraceSeconds, "instanceWarmupSeconds", c.InstanceWarmupSeconds,
			fmt.Sprintf("at least healthCheckGraceSeconds (%d): a roll would count instances that never became healthy", c.HealthCheckGraceSeconds)},
		{c.AdminPort == c.AppPort, "adminPort", c.AdminPort, fmt.Sprintf("another port than appPort (%d)", c.AppPort)},
		{c.MaxInstances > data.MostInstances(c.DatabaseInstanceClass), "maxInstances", c.MaxInstances,
			fmt.Sprintf("at most %d with databaseInstanceClass %s, for the connections of a roll", data.MostInstances(c.DatabaseInstanceClass), c.DatabaseInstanceClass)},
		{c.MaxInstances < c.MinInstances, "maxInstances", c.MaxInstances,
			fmt.Sprintf("at least minInstances (%d)", c.MinInstances)},
		{c.ReadReplicas > 0 && c.BackupRetentionDays == 0, "backupRetentionDays", c.BackupRetentionDays,
			fmt.Sprintf("1 to 35 with readReplicas %d: RDS makes replicas from backups", c.ReadReplicas)},
		{c.Stickiness == edge.StickinessAppCookie && c.CartStore == data.StoreCookie, "stickiness", c.Stickiness,
			"none or lb_cookie with cartStore cookie: there is no session cookie to follow"},
		{c.DatabaseMaxStorageGB < c.DatabaseStorageGB, "databaseMaxStorageGb", c.DatabaseMaxStorageGB,
			fmt.Sprintf("at least databaseStorageGb (%d)", c.DatabaseStorageGB)},
		{c.subnets != nil && !network.HoldsInstances(c.subnets, c.MaxInstances), "maxInstances", c.MaxInstances,
			fmt.Sprintf("what the private subnets of %s hold twice over, as a roll needs", c.VpcCIDR)},
	}
	for _, rule := range rules {
		if rule.broken {
			r.refuse(rule.key, rule.value, rule.accepted)
		}
	}
}
