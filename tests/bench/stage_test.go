package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
	"myclothes/app/redis"
)

// token is what the cache asks for.
const token = "a token of the benchmark"

// stage is what the contenders find around them.
type stage struct {
	redis   *apptest.Redis // the primary; it has a replica
	binDir  string
	service []string // environment of the service
	peer    []string // environment of the peers
}

func newStage(b *testing.B) *stage {
	b.Helper()
	authority := apptest.NewAuthority(b)
	s := &stage{redis: apptest.StartSecureRedis(b, authority, token), binDir: b.TempDir()}
	s.redis.StartReplica()
	s.redis.Do("CONFIG", "SET", "hash-max-listpack-value", redis.LongestField) // as the cache's parameter group does
	s.build(b)
	s.peer = append(os.Environ(), "REDIS="+s.redis.Addr, "REDIS_CA="+authority.Bundle, "REDIS_TOKEN="+token)

	database, table, secrets := apptest.StartPostgres(b), apptest.StartDynamoDB(b), apptest.StartSecrets(b)
	database.Exec("postgres", "create database myclothes")
	login := secrets.Put("database", map[string]any{"username": apptest.User, "password": apptest.Password})
	s.service = append(os.Environ(),
		"AWS_ENDPOINT_URL="+secrets.URL, "AWS_ENDPOINT_URL_DYNAMODB="+table.URL, "AWS_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench", "SSL_CERT_FILE="+authority.Bundle,
		"CART_CACHE_ADDRESS="+s.redis.Addr, "CART_CACHE_SECRET="+secrets.Put("cache", map[string]any{"authToken": token}),
		"CART_TABLE="+apptest.Table, "CART_DATABASE_WRITER="+database.Addr, "CART_DATABASE_TLS=false", "CART_DATABASE_SECRET="+login,
		"CART_NEW_SESSIONS_PER_CLIENT=0", // they all come from here
		"CART_COOKIE_SECRET="+secrets.Put("cookies", map[string]any{"keys": [][]byte{make([]byte, 32)}}))
	return s
}

// build compiles the contenders as releases are, but for the symbols, which profiles want.
func (s *stage) build(b *testing.B) {
	b.Helper()
	for name, pkg := range map[string]string{"cart": "myclothes/app", "floor": "myclothes/tests/bench/floor", "scs": "myclothes/tests/bench/scs"} {
		out, err := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(s.binDir, name), pkg).CombinedOutput()
		require.NoError(b, err, string(out))
	}
}
