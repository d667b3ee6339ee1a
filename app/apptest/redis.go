package apptest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// Redis is a redis-server.
type Redis struct {
	Addr string // host:port

	tb      testing.TB
	own     []string // what the caller added to the command line
	args    []string
	client  goredis.Options
	process *process
}

// StartRedis starts a server that lives as long as the test. args are added to its command line; client
// says how to connect to it, if that takes more than its address.
func StartRedis(tb testing.TB, client *goredis.Options, args ...string) *Redis {
	tb.Helper()
	port, err := FreePort()
	require.NoError(tb, err)
	dir, err := newDir()
	require.NoError(tb, err)
	tb.Cleanup(func() { os.RemoveAll(dir) })
	r := &Redis{Addr: net.JoinHostPort("127.0.0.1", port), tb: tb, own: args}
	if client != nil {
		r.client = *client
	}
	r.client.Addr = r.Addr
	listen := []string{"--port", port}
	if r.client.TLSConfig != nil {
		listen = []string{"--port", "0", "--tls-port", port, "--tls-replication", "yes"}
	}
	if r.client.Password != "" {
		listen = append(listen, "--masterauth", r.client.Password)
	}
	r.args = slices.Concat([]string{"--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no",
		"--repl-diskless-sync-delay", "0"}, listen, args)
	r.Start()
	tb.Cleanup(r.Kill)
	return r
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
	replica := StartRedis(r.tb, &r.client, r.own...)
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
	program, err := exec.LookPath("redis-server")
	require.NoError(r.tb, err, "install redis-server, version 7 (Debian: apt-get install redis-server)")
	r.process, err = start(program, r.args...)
	require.NoError(r.tb, err)
	client := r.Client()
	defer client.Close()
	require.NoError(r.tb, r.process.await(func() error { return client.Ping(context.Background()).Err() }))
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
