package bench

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"myclothes/app/apptest"
)

// contender is a program that keeps carts, as it is started and loaded.
type contender struct {
	name     string
	sessions int    // that the load rotates over
	keys     string // prefix of its sessions' keys in Redis; empty: it keeps none there
	addsOnly bool   // its reads are those of another contender
	steady   bool   // it is measured at fixed rates too
	program  func(b *testing.B, stage *stage) *exec.Cmd
}

// operations are those that it is measured at.
func (c contender) operations() []string {
	if c.addsOnly {
		return []string{"add"}
	}
	return operations
}

// contenders are those that are measured: what bounds us, who else might be picked, and our stores.
var contenders = []contender{
	{name: floor, sessions: 6000, steady: true, program: goProgram("floor")},
	{name: batchedFloor, sessions: 6000, program: goProgram("floor", "BATCHED=1")},
	{name: acknowledgedFloor, sessions: 6000, addsOnly: true, program: goProgram("floor", "ACKNOWLEDGED=1")},
	{name: scs, sessions: 6000, keys: "scs:session:", program: goProgram("scs")},
	{name: renewedScs, sessions: 6000, keys: "scs:session:", steady: true, program: goProgram("scs", "RENEWED=1")},
	{name: express, sessions: 6000, keys: "sess:", program: onExpress},
	{name: ours, sessions: 6000, keys: "s:", steady: true, program: service("elasticache", unreplicated...)},
	{name: acknowledged, sessions: 6000, addsOnly: true, steady: true, program: service("elasticache", replicated...)},
	{name: "instance", sessions: 6000, program: service("instance")},
	{name: "cookie", sessions: 1000, program: service("cookie")},
	{name: "dynamodb", sessions: 200, program: service("dynamodb")},
}

// The floors: each request makes a round trip of its own, or shares one with others, or waits in it for a replica.
const (
	floor             = "floor"
	batchedFloor      = "floor, batched"
	acknowledgedFloor = "floor, acknowledged"
)

// The peers. On scs, sessions end some time after they began, or after they were last used, as in the service.
const (
	scs        = "scs"
	renewedScs = "scs, renewed"
	express    = "express"
)

// The service as it ships, whose additions are answered at once, or when a replica has them.
const (
	ours         = "elasticache"
	acknowledged = "elasticache, acknowledged"
)

var (
	unreplicated = []string{"CART_CACHE_REPLICA_WAIT=0s", "CART_CACHE_DURABILITY=fast"}
	replicated   = []string{"CART_CACHE_REPLICA_WAIT=100ms", "CART_CACHE_DURABILITY=replicated"}
)

func goProgram(name string, env ...string) func(*testing.B, *stage) *exec.Cmd {
	return func(_ *testing.B, s *stage) *exec.Cmd {
		cmd := exec.Command(filepath.Join(s.binDir, name))
		cmd.Env = append(slices.Clone(s.peer), env...)
		return cmd
	}
}

func onExpress(b *testing.B, s *stage) *exec.Cmd {
	b.Helper()
	script, err := filepath.Abs("express/server.js")
	require.NoError(b, err)
	modules, err := filepath.Abs("../../.local/express/node_modules")
	require.NoError(b, err)
	require.DirExists(b, modules, "Express is missing: make bench installs it")
	cmd := exec.Command("node", script)
	cmd.Env = append(slices.Clone(s.peer), "NODE_ENV=production", "NODE_PATH="+modules)
	return cmd
}

func service(store string, env ...string) func(*testing.B, *stage) *exec.Cmd {
	return func(_ *testing.B, s *stage) *exec.Cmd {
		cmd := exec.Command(filepath.Join(s.binDir, "cart"))
		cmd.Env = append(append(slices.Clone(s.service), "CART_STORE="+store), env...)
		return cmd
	}
}

// running is a contender that serves, with sessions of three lines each.
type running struct {
	contender
	url     string
	admin   string // where metrics and profiles are
	pid     int
	log     string // file
	cookies []string
	list    string // file with one of the cookies a line
}

// start runs the contender until the benchmark ends. Its log goes into a file, as under systemd.
func (c contender) start(b *testing.B, s *stage) *running {
	b.Helper()
	port, err := apptest.FreePort()
	require.NoError(b, err)
	adminPort, err := apptest.FreePort()
	require.NoError(b, err)
	address := net.JoinHostPort("127.0.0.1", port)
	r := &running{contender: c, url: "http://" + address, log: filepath.Join(b.TempDir(), "log")}
	log, err := os.OpenFile(r.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(b, err)
	defer log.Close()
	cmd := c.program(b, s)
	cmd.Env = append(cmd.Env, "ADDRESS="+address, "CART_ADDRESS=127.0.0.1", "CART_PORT="+port, "CART_ADMIN_PORT="+adminPort)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(b, cmd.Start())
	b.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	r.pid = cmd.Process.Pid
	serves := func() bool { return add(r.url, "", "tee-ecru") != "" } // not while it migrates its database
	if !assert.Eventually(b, serves, time.Minute, 20*time.Millisecond) {
		text, _ := os.ReadFile(r.log)
		require.FailNow(b, c.name+" does not serve", string(text))
	}
	r.admin = firstThatServes(r.url, "http://127.0.0.1:"+adminPort)
	r.fill(b)
	return r
}

// firstThatServes returns the last of the addresses if something serves metrics there, and else the first.
func firstThatServes(otherwise, wanted string) string {
	answer, err := http.Get(wanted + "/metrics")
	if err != nil {
		return otherwise
	}
	answer.Body.Close()
	return wanted
}

// skus are those of load.lua.
var skus = []string{"tee-ecru", "shirt-oxford-white", "coat-wool-camel"}

// fill makes the sessions that the load rotates over. The floor has none, and takes any cookie.
func (r *running) fill(b *testing.B) {
	b.Helper()
	r.cookies = make([]string, r.sessions)
	var filling errgroup.Group
	filling.SetLimit(8)
	for i := range r.cookies {
		filling.Go(func() error {
			if r.cookies[i] = r.begin(i); r.cookies[i] == "" {
				return fmt.Errorf("session %d of %s did not begin", i, r.name)
			}
			return nil
		})
	}
	require.NoError(b, filling.Wait())
	r.list = filepath.Join(b.TempDir(), "cookies")
	require.NoError(b, os.WriteFile(r.list, []byte(strings.Join(r.cookies, "\n")+"\n"), 0o600))
}

// begin returns the cookie of a new session with three lines; empty if that failed.
func (r *running) begin(i int) (cookie string) {
	if strings.HasPrefix(r.name, floor) {
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
	_, _ = io.Copy(io.Discard, answer.Body) // so that the connection can be used again
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
