package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"myclothes/app/redis"
)

// valid is an environment as the user data writes it.
func valid() map[string]string {
	return map[string]string{
		"CART_ADDRESS": "10.0.17.5", "CART_PORT": "8080", "CART_ADMIN_PORT": "8081", "CART_INSTANCE_ID": "i-0abc", "CART_AVAILABILITY_ZONE": "eu-west-1a",
		"CART_RELEASE": "abc", "CART_STORE": "elasticache", "CART_SESSION_COOKIE": "myclothes_session",
		"CART_SESSION_TTL": "336h", "CART_NEW_SESSIONS_PER_CLIENT": "500", "CART_SHUTDOWN_TIMEOUT": "20s",
		"CART_CACHE_ADDRESS": "cache.example:6379", "CART_CACHE_DURABILITY": "strict",
		"CART_CACHE_SECRET":    "arn:aws:secretsmanager:eu-west-1:1:secret:cache-x",
		"CART_DATABASE_WRITER": "writer.example:5432", "CART_DATABASE_READERS": "one.example:5432,two.example:5432",
		"CART_DATABASE_OWNER_SECRET": "arn:aws:secretsmanager:eu-west-1:1:secret:owner-x", "CART_DATABASE_CONNECTIONS": "6",
		"CART_DATABASE_NAME": "myclothes", "CART_DATABASE_SECRET": "arn:aws:secretsmanager:eu-west-1:1:secret:db-x",
	}
}

func TestConfigReadsTheEnvironmentOfTheUserData(t *testing.T) {
	t.Parallel()
	env := valid()
	cfg, err := LoadConfig(func(key string) string { return env[key] })
	require.NoError(t, err)
	require.Equal(t, "10.0.17.5", cfg.Address.String())
	require.Equal(t, 336*time.Hour, cfg.Lifetimes.Idle)
	require.Equal(t, 500, cfg.NewSessions)
	require.Equal(t, []string{"one.example:5432", "two.example:5432"}, cfg.Database.Readers)
	require.True(t, cfg.Cache.TLS)
	require.Equal(t, redis.Strict, cfg.Cache.Durability)
	require.True(t, cfg.Database.TLS)
	require.Equal(t, env["CART_DATABASE_OWNER_SECRET"], cfg.Database.OwnerSecret)
	require.Equal(t, 6, cfg.Database.Connections)
	require.Equal(t, 8081, cfg.AdminPort)
}

func TestConfigRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ key, value, want string }{
		{"CART_ADDRESS", "here", "an IP address"},
		{"CART_PORT", "0", "1 to 65535"},
		{"CART_ADMIN_PORT", "metrics", "1 to 65535"},
		{"CART_ADMIN_PORT", "8080", "another port than CART_PORT"},
		{"CART_START_PATIENCE", "long", "duration"},
		{"CART_STORE", "disk", "instance, cookie, elasticache, dynamodb"},
		{"CART_SESSION_COOKIE", "a b", "letters"},
		{"CART_SESSION_TTL", "14d", "duration"},
		{"CART_SESSION_TTL", "0s", "at least 1s"},
		{"CART_NEW_SESSIONS_PER_CLIENT", "-1", "a number, 0 or more"},
		{"CART_SHUTDOWN_TIMEOUT", "-1s", "duration"},
		{"CART_CACHE_ADDRESS", "", "host:port"},
		{"CART_CACHE_SECRET", "hunter2", "ARN"},
		{"CART_CACHE_TLS", "yes", "true, false"},
		{"CART_CACHE_DURABILITY", "eventual", "fast, replicated, strict"},
		{"CART_DATABASE_WRITER", "writer", "host:port"},
		{"CART_DATABASE_READERS", "one:5432,two", "host:port"},
		{"CART_DATABASE_SECRET", "", "ARN"},
		{"CART_DATABASE_OWNER_SECRET", "hunter2", "ARN"},
		{"CART_DATABASE_CONNECTIONS", "many", "a number"},
		{"CART_DATABASE_TLS", "no", "true, false"},
	} {
		env := valid()
		env[test.key] = test.value
		_, err := LoadConfig(func(key string) string { return env[key] })
		require.ErrorContains(t, err, test.key)
		require.ErrorContains(t, err, test.want)
	}
}

func TestConfigOfTheCookieStore(t *testing.T) {
	t.Parallel()
	env := valid()
	env["CART_STORE"], env["CART_CACHE_ADDRESS"] = "cookie", ""
	env["CART_COOKIE_SECRET"] = "arn:aws:secretsmanager:eu-west-1:1:secret:cookies-x"
	cfg, err := LoadConfig(func(key string) string { return env[key] })
	require.NoError(t, err)
	require.Equal(t, env["CART_COOKIE_SECRET"], cfg.CookieSecret)
	env["CART_COOKIE_SECRET"] = ""
	_, err = LoadConfig(func(key string) string { return env[key] })
	require.ErrorContains(t, err, `CART_COOKIE_SECRET is "": accepted is the ARN of a secret`)
}

func TestConfigOfTheDynamoDBStore(t *testing.T) {
	t.Parallel()
	env := valid()
	env["CART_STORE"], env["CART_CACHE_ADDRESS"], env["CART_TABLE"] = "dynamodb", "", "sessions-1a2b3c"
	cfg, err := LoadConfig(func(key string) string { return env[key] })
	require.NoError(t, err)
	require.Equal(t, "sessions-1a2b3c", cfg.Table)
	env["CART_TABLE"] = ""
	_, err = LoadConfig(func(key string) string { return env[key] })
	require.ErrorContains(t, err, `CART_TABLE is "": accepted is the name of a DynamoDB table`)
}

func TestConfigReportsAllProblemsTogether(t *testing.T) {
	t.Parallel()
	_, err := LoadConfig(func(string) string { return "?" })
	require.Error(t, err)
	for key := range valid() {
		switch key { // any text will do for these; the cache's keys do not apply to an unknown store
		case "CART_INSTANCE_ID", "CART_AVAILABILITY_ZONE", "CART_RELEASE", "CART_DATABASE_NAME", "CART_CACHE_ADDRESS", "CART_CACHE_SECRET":
		default:
			require.ErrorContains(t, err, key)
		}
	}
}
