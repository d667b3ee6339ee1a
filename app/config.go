package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"myclothes/app/redis"
	"myclothes/app/shop"
)

// Config is everything the service is told by its environment; nothing else configures it. Addresses of
// stores are host:port.
type Config struct {
	Address          netip.Addr     // CART_ADDRESS: listens on it and dials from it; invalid (unset): all interfaces
	Port             int            // CART_PORT
	AdminPort        int            // CART_ADMIN_PORT: metrics, readiness and profiles; at the same address
	InstanceID       string         // CART_INSTANCE_ID
	AvailabilityZone string         // CART_AVAILABILITY_ZONE
	Release          string         // CART_RELEASE: SHA-256 of this binary
	Store            string         // CART_STORE: where carts are kept, one of stores
	SessionCookie    string         // CART_SESSION_COOKIE: name of the session cookie
	Lifetimes        shop.Lifetimes // CART_SESSION_TTL: after the last use; CART_SESSION_LIMIT: after signing in
	NewSessions      int            // CART_NEW_SESSIONS_PER_CLIENT: in an hour; 0: any number
	StartPatience    time.Duration  // CART_START_PATIENCE: after it, a store that is away keeps nobody from being healthy
	ShutdownTimeout  time.Duration  // CART_SHUTDOWN_TIMEOUT: for requests in flight when told to stop

	Cache        CacheConfig
	CookieSecret string // CART_COOKIE_SECRET: ARN of {"keys"}; only for the store cookie
	Table        string // CART_TABLE: only for the store dynamodb
	Database     DatabaseConfig
}

// CacheConfig says where ElastiCache is. The store elasticache needs it; every store does better with it: profiles are
// kept there, and attempts to sign in are counted there.
type CacheConfig struct {
	Address string // CART_CACHE_ADDRESS: the primary endpoint; empty: there is no cache
	Secret  string // CART_CACHE_SECRET: ARN of {"authToken"}; empty: the cache asks for none
	TLS     bool   // CART_CACHE_TLS

	// Durability says when a change of a cart is acknowledged. CART_CACHE_DURABILITY
	Durability redis.Durability
}

// DatabaseConfig says where PostgreSQL is.
type DatabaseConfig struct {
	Writer  string   // CART_DATABASE_WRITER
	Readers []string // CART_DATABASE_READERS: read replicas, comma-separated; none: reads go to the writer
	Name    string   // CART_DATABASE_NAME
	Secret  string   // CART_DATABASE_SECRET: ARN of {"username","password"}, who reads and writes rows
	TLS     bool     // CART_DATABASE_TLS

	// OwnerSecret is the ARN of {"username","password"} of who owns the schema, and makes the user of Secret. Empty: it
	// is the same user. CART_DATABASE_OWNER_SECRET
	OwnerSecret string
	Connections int // CART_DATABASE_CONNECTIONS: to the writer and to each reader, at most
}

var (
	stores       = []string{"instance", "cookie", "elasticache", "dynamodb"}
	durabilities = []string{string(redis.Fast), string(redis.Replicated), string(redis.Strict)}

	cookieName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	tableName  = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)
	secretARN  = regexp.MustCompile(`^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:.+$`)
)

// LoadConfig reads the configuration through getenv. The error lists every problem, each with the key,
// its value and what is accepted.
func LoadConfig(getenv func(string) string) (Config, error) {
	env := environment{getenv: getenv}
	cfg := Config{
		Address:          env.address("CART_ADDRESS"),
		Port:             env.port("CART_PORT", "8080"),
		AdminPort:        env.port("CART_ADMIN_PORT", "8081"),
		InstanceID:       env.text("CART_INSTANCE_ID", "i-local"),
		AvailabilityZone: env.text("CART_AVAILABILITY_ZONE", "local"),
		Release:          env.text("CART_RELEASE", "unreleased"),
		Store:            env.oneOf("CART_STORE", "elasticache", stores),
		SessionCookie:    env.matching("CART_SESSION_COOKIE", "myclothes_session", cookieName, "letters, digits, _ and -"),
		Lifetimes: shop.Lifetimes{
			Idle:     env.duration("CART_SESSION_TTL", "336h", time.Second),
			SignedIn: env.duration("CART_SESSION_LIMIT", "2160h", 0),
		},
		NewSessions:     env.count("CART_NEW_SESSIONS_PER_CLIENT", "1000"),
		StartPatience:   env.duration("CART_START_PATIENCE", "10s", 0),
		ShutdownTimeout: env.duration("CART_SHUTDOWN_TIMEOUT", "20s", 0),
		Database: DatabaseConfig{
			Writer:  env.hostPort("CART_DATABASE_WRITER"),
			Readers: env.hostPorts("CART_DATABASE_READERS"),
			Name:    env.text("CART_DATABASE_NAME", "myclothes"),
			Secret:  env.secret("CART_DATABASE_SECRET"),
			TLS:     env.boolean("CART_DATABASE_TLS", "true"),

			OwnerSecret: env.optionalSecret("CART_DATABASE_OWNER_SECRET"),
			Connections: env.count("CART_DATABASE_CONNECTIONS", "8"),
		},
	}
	if cfg.AdminPort == cfg.Port {
		env.refuse("CART_ADMIN_PORT", strconv.Itoa(cfg.AdminPort), "another port than CART_PORT")
	}
	switch cfg.Store {
	case "cookie":
		cfg.CookieSecret = env.secret("CART_COOKIE_SECRET")
	case "dynamodb":
		cfg.Table = env.matching("CART_TABLE", "", tableName, "the name of a DynamoDB table")
	}
	if cfg.Store == "elasticache" || getenv("CART_CACHE_ADDRESS") != "" {
		cfg.Cache = env.cache()
	}
	return cfg, errors.Join(env.problems...)
}

// environment reads typed values and collects what is wrong with them.
type environment struct {
	getenv   func(string) string
	problems []error
}

func (e *environment) refuse(key, value, accepted string) {
	e.problems = append(e.problems, fmt.Errorf("%s is %q: accepted is %s", key, value, accepted))
}

func (e *environment) text(key, fallback string) string {
	if value := e.getenv(key); value != "" {
		return value
	}
	return fallback
}

func (e *environment) address(key string) netip.Addr {
	value := e.getenv(key)
	if value == "" {
		return netip.Addr{}
	}
	address, err := netip.ParseAddr(value)
	if err != nil {
		e.refuse(key, value, "an IP address of this machine, or nothing for all")
	}
	return address
}

func (e *environment) port(key, fallback string) int {
	value := e.text(key, fallback)
	port, err := strconv.Atoi(value)
	if err != nil || port < 1 || port > 65535 {
		e.refuse(key, value, "a port from 1 to 65535")
	}
	return port
}

func (e *environment) oneOf(key, fallback string, accepted []string) string {
	value := e.text(key, fallback)
	if !slices.Contains(accepted, value) {
		e.refuse(key, value, strings.Join(accepted, ", "))
	}
	return value
}

func (e *environment) matching(key, fallback string, pattern *regexp.Regexp, accepted string) string {
	value := e.text(key, fallback)
	if !pattern.MatchString(value) {
		e.refuse(key, value, accepted)
	}
	return value
}

func (e *environment) secret(key string) string {
	return e.matching(key, "", secretARN, "the ARN of a secret")
}

func (e *environment) optionalSecret(key string) string {
	if e.getenv(key) == "" {
		return ""
	}
	return e.secret(key)
}

func (e *environment) duration(key, fallback string, least time.Duration) time.Duration {
	value := e.text(key, fallback)
	d, err := time.ParseDuration(value)
	if err != nil || d < least {
		e.refuse(key, value, fmt.Sprintf("a duration such as 90s or 336h, at least %s", least))
	}
	return d
}

func (e *environment) count(key, fallback string) int {
	value := e.text(key, fallback)
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 {
		e.refuse(key, value, "a number, 0 or more")
	}
	return n
}

func (e *environment) boolean(key, fallback string) bool {
	value := e.text(key, fallback)
	if value != "true" && value != "false" {
		e.refuse(key, value, "true, false")
	}
	return value == "true"
}

func (e *environment) hostPort(key string) string {
	value := e.getenv(key)
	e.checkHostPort(key, value)
	return value
}

func (e *environment) hostPorts(key string) []string {
	var list []string
	for value := range strings.SplitSeq(e.getenv(key), ",") {
		if value = strings.TrimSpace(value); value != "" {
			e.checkHostPort(key, value)
			list = append(list, value)
		}
	}
	return list
}

func (e *environment) checkHostPort(key, value string) {
	host, port, err := net.SplitHostPort(value)
	if n, numErr := strconv.Atoi(port); err != nil || host == "" || numErr != nil || n < 1 || n > 65535 {
		e.refuse(key, value, "host:port")
	}
}

func (e *environment) cache() CacheConfig {
	return CacheConfig{
		Address: e.hostPort("CART_CACHE_ADDRESS"), TLS: e.boolean("CART_CACHE_TLS", "true"),
		Secret:     e.optionalSecret("CART_CACHE_SECRET"),
		Durability: redis.Durability(e.oneOf("CART_CACHE_DURABILITY", string(redis.Replicated), durabilities)),
	}
}
