package apptest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// startAttempts is how many ports a server tries.
const startAttempts = 5

// Redis is a redis-server.
type Redis struct {
	Addr string // host:port

	tb      testing.TB
	given   []string // what the caller added to the command line
	args    []string // the command line
	client  goredis.Options
	process *process
}

func init() {
	goredis.SetLogger(quiet{}) // it writes plain lines about every connection that fails, and tests make many fail
}

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// StartRedis starts a server that lives as long as the test. args are added to its command line; client
// says how to connect to it, if that takes more than its address.
func StartRedis(tb testing.TB, client *goredis.Options, args ...string) *Redis {
	tb.Helper()
	r := &Redis{tb: tb, given: args}
	if client != nil {
		r.client = *client
	}
	dir, err := newDir()
	require.NoError(tb, err)
	tb.Cleanup(func() { os.RemoveAll(dir) })
	for range startAttempts { // somebody else may take the port before the server does
		port, portErr := FreePort()
		require.NoError(tb, portErr)
		r.listen(port, dir)
		if err = r.start(); err == nil {
			break
		}
	}
	require.NoError(tb, err)
	tb.Cleanup(r.Kill)
	return r
}

// listen makes the server's command line for a port and a directory.
func (r *Redis) listen(port, dir string) {
	r.Addr = net.JoinHostPort("127.0.0.1", port)
	r.client.Addr = r.Addr
	r.args = []string{"--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"}
	if r.client.TLSConfig != nil {
		r.args = append(r.args, "--port", "0", "--tls-port", port, "--tls-replication", "yes")
	} else {
		r.args = append(r.args, "--port", port)
	}
	if r.client.Password != "" {
		r.args = append(r.args, "--masterauth", r.client.Password)
	}
	r.args = append(r.args, r.given...)
}

// StartSecureRedis starts a server as ElastiCache has them: it speaks TLS only and asks for the token.
func StartSecureRedis(tb testing.TB, a Authority, token string) *Redis {
	tb.Helper()
	return StartRedis(tb, &goredis.Options{Password: token, TLSConfig: &tls.Config{RootCAs: a.Roots(tb)}},
		"--requirepass", token, "--tls-cert-file", a.CertFile, "--tls-key-file", a.KeyFile,
		"--tls-ca-cert-file", a.Bundle, "--tls-auth-clients", "no")
}

// StartReplica starts another replica of this server, with its TLS and token, that has caught up with it.
func (r *Redis) StartReplica() *Redis {
	r.tb.Helper()
	replicas := r.replicas()
	replica := StartRedis(r.tb, &r.client, r.given...)
	replica.Follow(r)
	Eventually(r.tb, func() bool { return r.replicas() > replicas }, "the replica has caught up")
	return replica
}

// replicas is how many replicas have all that the server has. WAIT waits for what is written over its connection, and
// PUBLISH is a write.
func (r *Redis) replicas() int64 {
	r.tb.Helper()
	client := r.Client()
	defer client.Close()
	pipeline := client.Pipeline()
	pipeline.Publish(context.Background(), "replicated", "")
	waited := pipeline.Do(context.Background(), "WAIT", 9, 100)
	_, err := pipeline.Exec(context.Background())
	require.NoError(r.tb, err)
	return waited.Val().(int64)
}

// Follow makes the server a replica of another one.
func (r *Redis) Follow(primary *Redis) {
	r.tb.Helper()
	host, port, err := net.SplitHostPort(primary.Addr)
	require.NoError(r.tb, err)
	r.Do("REPLICAOF", host, port)
}

// Promote makes a replica a primary.
func (r *Redis) Promote() { r.Do("REPLICAOF", "NO", "ONE") }

// Start starts the server again after Kill, at the same address and without its data.
func (r *Redis) Start() {
	r.tb.Helper()
	require.NoError(r.tb, r.start())
}

func (r *Redis) start() error {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return fmt.Errorf("install redis-server, version 7 (Debian: apt-get install redis-server): %w", err)
	}
	if r.process, err = start(program, r.args...); err != nil {
		return err
	}
	client := r.Client()
	defer client.Close()
	return r.process.await(func() error { return client.Ping(context.Background()).Err() })
}

// PID is the server's process.
func (r *Redis) PID() int { return r.process.cmd.Process.Pid }

// Kill ends the server as a crash would.
func (r *Redis) Kill() { r.process.stop(syscall.SIGKILL) }

// Pause makes the server hang until Resume: it takes connections and does not answer.
func (r *Redis) Pause() { r.process.cmd.Process.Signal(syscall.SIGSTOP) }

// Resume ends a Pause.
func (r *Redis) Resume() { r.process.cmd.Process.Signal(syscall.SIGCONT) }

// Client connects to the server; the caller closes it.
func (r *Redis) Client() *goredis.Client {
	options := r.client
	return goredis.NewClient(&options)
}

// Do runs a command.
func (r *Redis) Do(args ...any) any {
	r.tb.Helper()
	client := r.Client()
	defer client.Close()
	reply, err := client.Do(context.Background(), args...).Result()
	require.NoError(r.tb, err, fmt.Sprint(args...))
	return reply
}
