package bench

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"myclothes/app/apptest"
)

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
