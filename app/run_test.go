package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"myclothes/app/apptest"
)

const (
	cacheToken      = "a-token-of-the-cache"
	servicePassword = "a-password-of-the-service"
)

// cloud is what an instance finds around it: TLS everywhere, credentials in Secrets Manager.
type cloud struct {
	cache    *apptest.Redis
	writer   *apptest.Postgres
	replica  *apptest.Postgres
	cacheARN string
	dbARN    string
	ownerARN string
	keysARN  string
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	authority, secrets := apptest.NewAuthority(t), apptest.StartSecrets(t)
	t.Setenv("SSL_CERT_FILE", authority.Bundle)
	t.Setenv("AWS_ENDPOINT_URL", secrets.URL)
	t.Setenv("AWS_REGION", "eu-west-1")
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	c := &cloud{
		cacheARN: secrets.Put("cache", map[string]any{"authToken": cacheToken}),
		dbARN:    secrets.Put("database", map[string]any{"username": "cart_service", "password": servicePassword}),
		ownerARN: secrets.Put("owner", map[string]any{"username": apptest.Owner, "password": apptest.Password}),
		keysARN:  secrets.Put("cookies", map[string]any{"keys": [][]byte{bytes.Repeat([]byte{7}, 32)}}),
	}
	pem, err := os.ReadFile(authority.Bundle)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	c.cache = apptest.StartRedis(t, &goredis.Options{Password: cacheToken, TLSConfig: &tls.Config{RootCAs: roots}},
		"--requirepass", cacheToken, "--tls-cert-file", authority.CertFile, "--tls-key-file", authority.KeyFile,
		"--tls-ca-cert-file", authority.Bundle, "--tls-auth-clients", "no")
	c.writer = apptest.StartPostgres(t, "ssl=on", "ssl_cert_file="+authority.CertFile, "ssl_key_file="+authority.KeyFile)
	c.writer.CreateDatabase("myclothes")
	c.replica = c.writer.StartReplica()
	return c
}

// instance is the service as it runs on one instance.
type instance struct {
	url   string
	admin string
	logs  *apptest.Log
	stop  context.CancelFunc
	done  chan error
}

// boot starts an instance and waits until it is healthy, and has what it needs.
func (c *cloud) boot(t *testing.T, id string, change ...string) *instance {
	t.Helper()
	in := c.launch(t, id, change...)
	newVisitor(t).until(200, in, "GET", "/healthz", "")
	in.isReady(t)
	return in
}

// isReady waits until the instance reaches all that it uses.
func (in *instance) isReady(t *testing.T) {
	t.Helper()
	newVisitor(t).until(200, in.forOperators(), "GET", "/readyz", "")
}

// forOperators is the instance at the port that visitors do not know.
func (in *instance) forOperators() *instance { return &instance{url: in.admin} }

// launch starts an instance. change is key, value, key, value ….
func (c *cloud) launch(t *testing.T, id string, change ...string) *instance {
	t.Helper()
	port, err := apptest.FreePort()
	require.NoError(t, err)
	adminPort, err := apptest.FreePort()
	require.NoError(t, err)
	env := map[string]string{
		"CART_ADDRESS": "127.0.0.1", "CART_PORT": port, "CART_ADMIN_PORT": adminPort, "CART_INSTANCE_ID": id, "CART_SHUTDOWN_TIMEOUT": "10s",
		"CART_CACHE_ADDRESS": c.cache.Addr, "CART_CACHE_SECRET": c.cacheARN,
		"CART_DATABASE_WRITER": c.writer.Addr, "CART_DATABASE_READERS": c.replica.Addr, "CART_DATABASE_SECRET": c.dbARN,
		"CART_DATABASE_OWNER_SECRET": c.ownerARN,
	}
	for i := 0; i < len(change); i += 2 {
		env[change[i]] = change[i+1]
	}
	ctx, cancel := context.WithCancel(context.Background())
	in := &instance{url: "http://127.0.0.1:" + port, admin: "http://127.0.0.1:" + adminPort, logs: &apptest.Log{}, stop: cancel, done: make(chan error, 1)}
	go func() { in.done <- run(ctx, func(key string) string { return env[key] }, in.logs) }()
	t.Cleanup(func() { in.halt(t) })
	return in
}

// halt stops the instance, once.
func (in *instance) halt(t *testing.T) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections() // a connection that was never used holds a server up for 5 s
	in.stop()
	err, ok := <-in.done
	if ok {
		close(in.done)
		require.NoError(t, err)
	}
}

// visitor is a browser.
type visitor struct {
	*testing.T
	*http.Client
}

func newVisitor(t *testing.T) visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return visitor{t, &http.Client{Jar: jar}}
}

func (v visitor) send(in *instance, method, path, content string, header ...string) (int, string) {
	v.Helper()
	request, err := http.NewRequest(method, in.url+path, strings.NewReader(content))
	require.NoError(v, err)
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := v.Do(request)
	require.NoError(v, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(v, err)
	require.NotEmpty(v, answer.Header.Get("X-Instance-Id"))
	return answer.StatusCode, string(text)
}

// until repeats a request until it has the status.
func (v visitor) until(status int, in *instance, method, path, content string) {
	v.Helper()
	apptest.Eventually(v, func() bool {
		request, err := http.NewRequest(method, in.url+path, strings.NewReader(content))
		require.NoError(v, err)
		answer, err := v.Do(request)
		if err != nil {
			return false // not listening yet
		}
		answer.Body.Close()
		return answer.StatusCode == status
	}, fmt.Sprintf("%s %s is answered with %d", method, path, status))
}

func (v visitor) pieces(in *instance) (n int) {
	v.Helper()
	status, text := v.send(in, "GET", "/api/cart", "")
	require.Equal(v, 200, status, text)
	var cart struct{ Items []struct{ Quantity int } }
	require.NoError(v, json.Unmarshal([]byte(text), &cart))
	for _, item := range cart.Items {
		n += item.Quantity
	}
	return n
}

// TestService runs instances as the platform does. The tests share servers and take turns.
func TestService(t *testing.T) {
	c := newCloud(t)
	t.Run("three instances boot at once on an empty database", c.bootAtOnce)
	t.Run("a shopper is served by any instance", c.shopAnywhere)
	t.Run("people shop in a browser, at a desk and on a phone", c.shopInBrowser)
	t.Run("what is withdrawn from sale stays in sight", c.seeWithdrawn)
	t.Run("people shop by keyboard alone", c.shopByKeyboard)
	t.Run("over HTTPS a browser keeps the cookie to the host", c.browseSecurely)
	t.Run("the footer tells the rungs apart", c.seeRungs)
	t.Run("a hundred additions through two instances lose nothing", c.addAtOnce)
	t.Run("a cache that is away is a 503 that passes", c.loseCache)
	t.Run("an instance boots while the database is away", c.bootWithoutDatabase)
	t.Run("an instance serves after its migration, however long that takes", c.waitForMigration)
	t.Run("visitors do not see what is for operators", c.hideFromVisitors)
	t.Run("requests in flight finish when the instance stops", c.drain)
	t.Run("an instance that keeps carts itself needs no cache", c.keepCartsItself)
	t.Run("the same basket is ordered again after its cart was lost", c.orderAgain)
	t.Run("a cart in a cookie is served by any instance", c.keepCartsInCookies)
	t.Run("a cart in a table is served by any instance", c.keepCartsInTable)
}

func (c *cloud) bootAtOnce(t *testing.T) {
	var instances []*instance
	for i := range 3 {
		instances = append(instances, c.launch(t, fmt.Sprintf("i-%d", i)))
	}
	for _, in := range instances {
		newVisitor(t).until(200, in, "GET", "/api/products", "")
		in.isReady(t)
	}
}

func (c *cloud) shopAnywhere(t *testing.T) {
	one, two := c.boot(t, "i-one"), c.boot(t, "i-two")
	v := newVisitor(t)
	v.send(one, "POST", "/api/cart/items", `{"sku":"tee-navy","quantity":2}`)
	require.Equal(t, 2, v.pieces(two))

	status, text := v.send(two, "POST", "/api/customers", `{"email":"ada@example.com","password":"correct horse","name":"Ada Lovelace"}`)
	require.Equal(t, 201, status, text)
	for i := range 5 {
		name := fmt.Sprintf("Ada %d", i)
		status, text = v.send(one, "PUT", "/api/customer", `{"name":"`+name+`","address":{"city":"London"}}`)
		require.Equal(t, 200, status, text)
		_, text = v.send(two, "GET", "/api/customer", "")
		require.Contains(t, text, name)
	}
	require.Equal(t, 2, v.pieces(one), "the guest's cart is kept")
	_, text = v.send(one, "GET", "/", "")
	require.Contains(t, text, "rung 4 · elasticache")

	other := newVisitor(t)
	require.Zero(t, other.pieces(one))
	for _, in := range []*instance{one, two} {
		in.halt(t) // writes the last lines
		for _, personal := range []string{"ada@", "Lovelace", "London", "correct horse", apptest.Password, servicePassword, cacheToken} {
			require.NotContains(t, in.logs.String(), personal)
		}
		require.Contains(t, in.logs.String(), `"requestId"`)
	}
}

func (c *cloud) addAtOnce(t *testing.T) {
	instances := []*instance{c.boot(t, "i-one"), c.boot(t, "i-two")}
	v := newVisitor(t)
	v.send(instances[0], "POST", "/api/cart/items", `{"sku":"tee-navy","quantity":1}`)
	var adders sync.WaitGroup
	skus := []string{"tee-navy", "tee-ecru", "coat-wool-camel"}
	for i := range 100 {
		adders.Go(func() {
			content := fmt.Sprintf(`{"sku":%q,"quantity":1}`, skus[i%3])
			answer, err := v.Post(instances[i%2].url+"/api/cart/items", "", strings.NewReader(content))
			if assert.NoError(t, err) {
				answer.Body.Close()
				assert.Equal(t, 200, answer.StatusCode)
			}
		})
	}
	adders.Wait()
	require.Equal(t, 101, v.pieces(instances[0]))
}

func (c *cloud) loseCache(t *testing.T) {
	in, v := c.boot(t, "i-one"), newVisitor(t)
	v.until(200, in, "POST", "/api/cart/items", `{"sku":"tee-navy","quantity":1}`)
	c.cache.Kill()
	status, text := v.send(in, "POST", "/api/cart/items", `{"sku":"tee-navy","quantity":1}`)
	require.Equal(t, 503, status)
	require.Contains(t, text, `"title":"Service Unavailable"`)
	for _, path := range []string{"/healthz", "/api/products", "/"} {
		status, _ = v.send(in, "GET", path, "")
		require.Equal(t, 200, status, path)
	}
	status, _ = v.send(in.forOperators(), "GET", "/readyz", "")
	require.Equal(t, 503, status)
	c.cache.Start()
	v.until(200, in, "POST", "/api/cart/items", `{"sku":"tee-navy","quantity":1}`)
}

func (c *cloud) bootWithoutDatabase(t *testing.T) {
	c.replica.Kill()
	c.writer.Kill()
	in, v := c.launch(t, "i-one", "CART_START_PATIENCE", "1s"), newVisitor(t)
	v.until(200, in, "GET", "/healthz", "")
	for _, path := range []string{"/api/products", "/api/cart", "/"} {
		status, _ := v.send(in, "GET", path, "")
		require.Equal(t, 503, status, path)
	}
	c.writer.Start()
	v.until(200, in, "GET", "/api/products", "")
	c.replica.Start()
	in.isReady(t)
}

// waitForMigration holds up the migration of an instance that is not at all patient. The database is there meanwhile, so
// the instance waits.
func (c *cloud) waitForMigration(t *testing.T) {
	c.boot(t, "i-before").halt(t)
	release := c.writer.Hold("myclothes", "lock schema_version in access exclusive mode")
	in, v := c.launch(t, "i-one", "CART_START_PATIENCE", "0s"), newVisitor(t)
	apptest.Eventually(t, func() bool { return strings.Contains(in.logs.String(), "55P03") }, "the lock is waited for in vain")
	status, text := v.send(in, "GET", "/healthz", "")
	require.Equal(t, 503, status)
	require.Equal(t, "waiting for the schema of the database\n", text)
	release()
	v.until(200, in, "GET", "/healthz", "")
}

// hideFromVisitors looks for what is for operators where visitors are.
func (c *cloud) hideFromVisitors(t *testing.T) {
	in, v := c.boot(t, "i-one"), newVisitor(t)
	for _, path := range []string{"/metrics", "/readyz", "/debug/pprof/"} {
		status, _ := v.send(in, "GET", path, "")
		require.Equal(t, 404, status, path)
		status, _ = v.send(in.forOperators(), "GET", path, "")
		require.Equal(t, 200, status, path)
	}
	status, _ := v.send(in.forOperators(), "GET", "/debug/pprof/profile?seconds=1", "")
	require.Equal(t, 200, status)
	_, text := v.send(in.forOperators(), "GET", "/metrics", "")
	require.Contains(t, text, `release="unreleased"`)
}

func (c *cloud) drain(t *testing.T) {
	in := c.boot(t, "i-one")
	newVisitor(t).until(200, in, "GET", "/api/products", "")
	conn, err := net.Dial("tcp", strings.TrimPrefix(in.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	const content = `{"sku":"tee-navy","quantity":1}`
	fmt.Fprintf(conn, "POST /api/cart/items HTTP/1.1\r\nHost: shop\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(content))
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	begun := make([]byte, len("HTTP/1.1 100 Continue\r\n\r\n"))
	_, err = io.ReadFull(conn, begun) // the handler has begun to read the body
	require.NoError(t, err)

	in.stop()
	apptest.Eventually(t, func() bool {
		_, err := net.Dial("tcp", strings.TrimPrefix(in.url, "http://"))
		return err != nil
	}, "the instance stops listening")
	apptest.Eventually(t, func() bool { return strings.Contains(in.logs.String(), "draining") }, "what happens meanwhile is logged")
	require.Empty(t, in.done, "and not only when the instance has stopped")
	fmt.Fprint(conn, content)
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(answer), "HTTP/1.1 200 OK")
	require.Contains(t, string(answer), "Connection: close")
	in.halt(t)
}

func (c *cloud) keepCartsItself(t *testing.T) {
	in := c.boot(t, "i-one", "CART_STORE", "instance", "CART_CACHE_ADDRESS", "")
	v := newVisitor(t)
	v.until(200, in, "POST", "/api/cart/items", `{"sku":"tee-navy","quantity":1}`)
	require.Positive(t, v.pieces(in))
	_, text := v.send(in, "GET", "/", "")
	require.Contains(t, text, "rung 1 · instance · stickiness none")
}

// shopAt has a visitor shop and sign up at two instances in turn.
func (c *cloud) shopAt(t *testing.T, one, two *instance, email string) visitor {
	v := newVisitor(t)
	v.send(one, "POST", "/api/cart/items", `{"sku":"tee-navy","quantity":2}`)
	status, text := v.send(two, "POST", "/api/customers", `{"email":"`+email+`","password":"correct horse","name":"Bea"}`)
	require.Equal(t, 201, status, text)
	require.Equal(t, 2, v.pieces(one))
	_, text = v.send(one, "GET", "/api/customer", "")
	require.Contains(t, text, "Bea")
	status, text = v.send(two, "DELETE", "/api/session", "")
	require.Equal(t, 204, status, text)
	status, _ = v.send(one, "GET", "/api/customer", "")
	require.Equal(t, 401, status)
	status, text = v.send(one, "POST", "/api/session", `{"email":"`+email+`","password":"correct horse"}`)
	require.Equal(t, 200, status, text)
	require.Equal(t, 2, v.pieces(two), "the cart has waited")
	v.order(one, two)
	return v
}

// order turns the cart into an order at one instance, which is sent twice, and sees it at the other.
func (v visitor) order(one, two *instance) {
	v.Helper()
	status, text := v.send(one, "PUT", "/api/customer", `{"name":"Bea","address":{"street":"1 Rue","postalCode":"75001","city":"Paris","country":"France"}}`)
	require.Equal(v, 200, status, text)
	for _, want := range []int{201, 200} {
		status, text = v.send(two, "POST", "/api/orders", "", "Idempotency-Key", "one")
		require.Equal(v, want, status, text)
	}
	require.Zero(v, v.pieces(one))
	status, text = v.send(one, "GET", "/api/orders", "")
	require.Equal(v, 200, status, text)
	require.Equal(v, 1, strings.Count(text, `"placedAt"`))
	require.Contains(v, text, `"totalCents":5800`)
}

func (c *cloud) keepCartsInTable(t *testing.T) {
	table := apptest.StartDynamoDB(t)
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", table.URL)
	store := []string{"CART_STORE", "dynamodb", "CART_CACHE_ADDRESS", "", "CART_TABLE", apptest.Table}
	one, two := c.boot(t, "i-one", store...), c.boot(t, "i-two", store...)
	v := c.shopAt(t, one, two, "cleo@example.com")
	_, text := v.send(two, "GET", "/", "")
	require.Contains(t, text, "rung 4 · dynamodb")
	table.Kill()
	status, text := v.send(one, "POST", "/api/cart/items", `{"sku":"tee-navy","quantity":1}`)
	require.Equal(t, 503, status, text)
}

func (c *cloud) keepCartsInCookies(t *testing.T) {
	store := []string{"CART_STORE", "cookie", "CART_CACHE_ADDRESS", "", "CART_COOKIE_SECRET", c.keysARN}
	one, two := c.boot(t, "i-one", store...), c.boot(t, "i-two", store...)
	v := c.shopAt(t, one, two, "bea@example.com")
	_, text := v.send(two, "GET", "/", "")
	require.Contains(t, text, "rung 3 · cookie")

	request, err := http.NewRequest("GET", one.url+"/api/cart", nil)
	require.NoError(t, err)
	request.AddCookie(&http.Cookie{Name: "myclothes_session", Value: "made-up"})
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	answer.Body.Close()
	require.Equal(t, 200, answer.StatusCode)
	_, text = newVisitor(t).send(one.forOperators(), "GET", "/metrics", "")
	require.Contains(t, text, `cookie_rejections_total{reason="malformed"} 1`)
}

func TestAConfigurationThatCannotWorkEndsTheService(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), func(string) string { return "" }, io.Discard)
	require.ErrorContains(t, err, "CART_DATABASE_WRITER")
	require.ErrorContains(t, err, "CART_CACHE_ADDRESS")
}
