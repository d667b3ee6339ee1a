package bench

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
)

// contender is a program that keeps carts, as it is started and loaded.
type contender struct {
	name     string
	sessions int    // that the load rotates over
	keys     string // prefix of its sessions' keys in Redis; empty: it keeps none there
	program  func(b *testing.B, stage *stage) *exec.Cmd
}

// contenders are those that are measured: what bounds us, who else might be picked, and our stores.
var contenders = []contender{
	{floor, 4000, "", goProgram("floor")},
	{batchedFloor, 4000, "", goProgram("floor", "BATCHED=1")},
	{scs, 4000, "scs:session:", goProgram("scs")},
	{renewedScs, 4000, "", goProgram("scs", "RENEWED=1")},
	{"express", 4000, "sess:", express},
	{"elasticache", 4000, "s:", service("elasticache")},
	{"instance", 4000, "", service("instance")},
	{"cookie", 1000, "", service("cookie")},
	{"dynamodb", 200, "", service("dynamodb")},
}

// The floors: each request makes a round trip of its own, or shares one as in the service.
const (
	floor        = "floor"
	batchedFloor = "floor, batched"
)

// The carts on scs: sessions end some time after they began, or after they were last used, as in the service.
const (
	scs        = "scs"
	renewedScs = "scs, renewed"
)

// stage is what the contenders find around them.
type stage struct {
	redis  *apptest.Redis
	binDir string
	env    []string // of the service
}

func newStage(b *testing.B) *stage {
	b.Helper()
	s := &stage{redis: apptest.StartRedis(b, nil), binDir: b.TempDir()}
	for name, pkg := range map[string]string{"cart": "myclothes/app", "floor": "myclothes/tests/bench/floor", "scs": "myclothes/tests/bench/scs"} {
		out, err := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(s.binDir, name), pkg).CombinedOutput()
		require.NoError(b, err, string(out))
	}
	database, table, secrets := apptest.StartPostgres(b), apptest.StartDynamoDB(b), apptest.StartSecrets(b)
	database.Exec("postgres", "create database myclothes")
	s.env = append(os.Environ(),
		"AWS_ENDPOINT_URL="+secrets.URL, "AWS_ENDPOINT_URL_DYNAMODB="+table.URL, "AWS_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench",
		"CART_CACHE_ADDRESS="+s.redis.Addr, "CART_CACHE_TLS=false", "CART_TABLE="+apptest.Table,
		"CART_DATABASE_WRITER="+database.Addr, "CART_DATABASE_TLS=false",
		"CART_DATABASE_SECRET="+secrets.Put("database", map[string]any{"username": apptest.User, "password": apptest.Password}),
		"CART_COOKIE_SECRET="+secrets.Put("cookies", map[string]any{"keys": [][]byte{make([]byte, 32)}}))
	return s
}

func goProgram(name string, env ...string) func(*testing.B, *stage) *exec.Cmd {
	return func(_ *testing.B, s *stage) *exec.Cmd {
		cmd := exec.Command(filepath.Join(s.binDir, name))
		cmd.Env = append(os.Environ(), env...)
		return cmd
	}
}

func express(b *testing.B, _ *stage) *exec.Cmd {
	b.Helper()
	script, err := filepath.Abs("express/server.js")
	require.NoError(b, err)
	modules, err := filepath.Abs("../../.local/express/node_modules")
	require.NoError(b, err)
	require.DirExists(b, modules, "Express is missing: make bench installs it")
	cmd := exec.Command("node", script)
	cmd.Env = append(os.Environ(), "NODE_ENV=production", "NODE_PATH="+modules)
	return cmd
}

func service(store string) func(*testing.B, *stage) *exec.Cmd {
	return func(_ *testing.B, s *stage) *exec.Cmd {
		cmd := exec.Command(filepath.Join(s.binDir, "cart"))
		cmd.Env = append(slices.Clone(s.env), "CART_STORE="+store)
		return cmd
	}
}

// running is a contender that serves, with sessions of three lines each.
type running struct {
	contender
	url     string
	log     string // file
	cookies string // file with one session a line
	session string // the first of them
}

// start runs the contender until the benchmark ends. Its log goes into a file, as under systemd.
func (c contender) start(b *testing.B, s *stage) *running {
	b.Helper()
	port, err := apptest.FreePort()
	require.NoError(b, err)
	address := net.JoinHostPort("127.0.0.1", port)
	r := &running{contender: c, url: "http://" + address, log: filepath.Join(b.TempDir(), "log")}
	log, err := os.OpenFile(r.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(b, err)
	defer log.Close()
	cmd := c.program(b, s)
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "ADDRESS="+address, "REDIS="+s.redis.Addr, "CART_ADDRESS=127.0.0.1", "CART_PORT="+port)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(b, cmd.Start())
	b.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	apptest.Eventually(b, func() bool { return add(r.url, "", "tee-ecru") != "" }, c.name+" serves:\n"+r.log)
	r.fill(b)
	return r
}

// skus are those of load.lua.
var skus = []string{"tee-ecru", "shirt-oxford-white", "coat-wool-camel"}

// fill makes the sessions that the load rotates over. The floor has none, and takes any cookie.
func (r *running) fill(b *testing.B) {
	b.Helper()
	list := make([]string, r.sessions)
	apptest.Eventually(b, func() bool { // the service may still be migrating its database
		list[0] = r.begin(0)
		return list[0] != ""
	}, r.name+" keeps carts")
	for i := range list[1:] {
		list[i+1] = r.begin(i + 1)
		require.NotEmpty(b, list[i+1], "session %d of %s", i+1, r.name)
	}
	r.session, r.cookies = list[0], filepath.Join(b.TempDir(), "cookies")
	require.NoError(b, os.WriteFile(r.cookies, []byte(strings.Join(list, "\n")+"\n"), 0o600))
}

// begin returns the cookie of a new session with three lines; empty if that failed.
func (r *running) begin(i int) (cookie string) {
	if r.name == floor || r.name == batchedFloor {
		cookie = fmt.Sprintf("floor=%d", i)
	}
	for _, sku := range skus {
		if cookie = add(r.url, cookie, sku); cookie == "" {
			return ""
		}
	}
	return cookie
}

// add puts a piece into a cart and returns the cookie to send from then on; empty if that failed.
func add(base, cookie, sku string) string {
	request, err := http.NewRequest(http.MethodPost, base+"/api/cart/items", strings.NewReader(`{"sku":"`+sku+`","quantity":1}`))
	if err != nil {
		return ""
	}
	request.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		request.Header.Set("Cookie", cookie)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return ""
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return ""
	}
	for _, set := range answer.Cookies() {
		cookie = set.Name + "=" + set.Value
	}
	if cookie == "" {
		return "none"
	}
	return cookie
}

// host is the address without the scheme.
func (r *running) host(b *testing.B) string {
	u, err := url.Parse(r.url)
	require.NoError(b, err)
	return u.Host
}
