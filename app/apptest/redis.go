package apptest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
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
	// A replica that is fed through a pipe and not from a file is sent no changes for another second.
	r.args = []string{"--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no", "--repl-diskless-sync", "no"}
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

// StartReplica starts another replica of this server, with its TLS and token, that has caught up with it and gets every
// change from now on.
func (r *Redis) StartReplica() *Redis {
	r.tb.Helper()
	replica := StartRedis(r.tb, &r.client, r.given...)
	replica.Follow(r)
	Eventually(r.tb, func() bool { return r.feeds(replica) }, "a change gets to the replica")
	return replica
}

// feeds reports whether a change gets to the replica. PUBLISH is a change that stores nothing, and WAIT asks how far the
// replicas are. What WAIT says is not enough: before a server has had a replica its changes have no offset, and whoever
// connects has that much although it is sent nothing yet.
func (r *Redis) feeds(replica *Redis) bool {
	r.tb.Helper()
	r.Do("PUBLISH", "replicated", "")
	made := r.offset("master_repl_offset:")
	r.Do("WAIT", 1, 100)
	_, port, _ := net.SplitHostPort(replica.Addr)
	return made > 0 && r.offset("port="+port+",state=online,offset=") >= made
}

// offset is the number behind a name in what the server says of its replication, and 0 if it says nothing of it.
func (r *Redis) offset(name string) int {
	r.tb.Helper()
	_, number, _ := strings.Cut(r.Do("INFO", "replication").(string), name)
	offset, _ := strconv.Atoi(number[:len(number)-len(strings.TrimLeft(number, "0123456789"))])
	return offset
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

// Pause makes the server hang until Resume: it takes connections and does not answer, from when this returns on.
func (r *Redis) Pause() {
	r.process.cmd.Process.Signal(syscall.SIGSTOP)
	awaitStop(r.PID())
}

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
