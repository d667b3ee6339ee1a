// Package redis keeps carts and sessions in ElastiCache (Redis OSS or Valkey, cluster mode disabled).
//
// The client below it is rueidis. What its source (v1.0.79) says, and what follows from it here:
//   - Its pipelines do not keep deadlines: a caller who finds the ring of 1,024 commands full waits without looking at
//     the context (ring.go; a queue that looks is chosen by an environment variable only), and who finds somebody else
//     connecting waits for them (mux.go). Its connections without pipelines do: every round trip sets the deadline of
//     its socket. So this package groups commands itself (see line) and has rueidis make one round trip at a time.
//   - It does not see whether a pooled connection is alive, under TLS or not. The first round trip finds out, and is
//     made again over a fresh connection: changes have identifiers, so nothing counts twice.
//   - After READONLY or LOADING it stays where it is; the endpoint's name may have moved. All connections are left then.
//   - It connects when it is made, for its pipelines. That connection is refused here.
//   - A WAIT that is not sent together with what it waits for goes over another connection, and waits for nothing.
//   - It makes room for as many elements as a reply says it has: who speaks for the cache can end the process.
//   - Its scripts are sent by hash and, after NOSCRIPT, in full, but one at a time; here they share round trips.
package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"myclothes/app/dial"
	"myclothes/app/shop"
)

const (
	// attemptTimeout bounds one round trip, with connecting if that is needed. It is short, so that a node that
	// hangs costs little once another one has taken its place.
	attemptTimeout = 400 * time.Millisecond
	pingTimeout    = 2 * attemptTimeout

	lanes      = 3  // connections of reads, and of changes that wait for no replica
	spareLanes = 2  // connections of what can do without the cache
	maxConns   = 32 // more than all lines use together, so that none waits for another
	bufferSize = 16 << 10
)

// Config says how to reach the cache.
type Config struct {
	Address string      // host:port of the primary endpoint
	Dialer  *net.Dialer // where connections start
	TLS     *tls.Config // nil: no TLS
	Token   Token       // nil: the cache asks for none
}

// Token is the cache's AUTH token, as kept in Secrets Manager. Expire makes the next Value read it again.
type Token interface {
	Value(ctx context.Context) (Auth, error)
	Expire()
}

// Auth is the JSON of the secret.
type Auth struct {
	Token string `json:"authToken"`
}

// Client is the way to the cache. It leaves all its connections when one of them breaks, hangs or leads to a node that
// is not the primary: ElastiCache moves the endpoint's name, but connections stay where they are. Safe for concurrent
// use.
type Client struct {
	cfg     Config
	closed  atomic.Bool
	current atomic.Pointer[connections]
	reads   *line
	spare   *line // of Optional: never waits behind the others
}

// connections are those that were made since the last time all were left.
type connections struct{ rueidis.Client }

// NewClient returns a client of the cache. It does not connect: the cache may be away, now or at any time.
func NewClient(cfg Config) *Client {
	c := &Client{cfg: cfg}
	c.current.Store(c.connect())
	c.reads, c.spare = newLine(c, lanes, primaryOnly{}), newLine(c, spareLanes, primaryOnly{})
	return c
}

// connect returns connections that are made when they are needed.
func (c *Client) connect() *connections {
	made := false
	options := rueidis.ClientOption{
		InitAddress:           []string{c.cfg.Address},
		ForceSingleClient:     true,
		DisableAutoPipelining: true,
		DisableRetry:          true,
		DisableCache:          true,
		AlwaysRESP2:           true,
		ClientSetInfo:         rueidis.DisableClientSetInfo,
		BlockingPoolSize:      maxConns,
		ReadBufferEachConn:    bufferSize,
		WriteBufferEachConn:   bufferSize,
		ConnWriteTimeout:      attemptTimeout,
		DialCtxFn: func(_ context.Context, address string, _ *net.Dialer, _ *tls.Config) (net.Conn, error) {
			if !made {
				return nil, errUnwanted
			}
			// A TLS handshake with a node that hangs ends when its context is done, which until never is.
			ctx, cancel := context.WithTimeout(context.Background(), attemptTimeout)
			defer cancel()
			return c.dialer()(ctx, "tcp", address)
		},
	}
	if c.cfg.Token != nil {
		options.AuthCredentialsFn = c.authenticate
	}
	client, _ := rueidis.NewClient(options) // fails with errUnwanted, and returns a client all the same
	made = true
	return &connections{client}
}

// errUnwanted is why rueidis does not get its first connection. It says so of clients that are closed, too.
var errUnwanted = errors.New("no connection is wanted")

func (c *Client) dialer() dial.Func {
	if c.cfg.TLS == nil {
		return c.cfg.Dialer.DialContext
	}
	return (&tls.Dialer{NetDialer: c.cfg.Dialer, Config: c.cfg.TLS}).DialContext
}

func (c *Client) authenticate(rueidis.AuthCredentialsContext) (rueidis.AuthCredentials, error) {
	ctx, cancel := context.WithTimeout(context.Background(), attemptTimeout)
	defer cancel()
	auth, err := c.cfg.Token.Value(ctx)
	return rueidis.AuthCredentials{Password: auth.Token}, err
}

// leave replaces connections that somebody found to be of no use, and reports whether nobody did so before.
func (c *Client) leave(old *connections) bool {
	if c.current.Load() != old {
		return false
	}
	fresh := c.connect()
	if !c.current.CompareAndSwap(old, fresh) {
		fresh.Close()
		return false
	}
	go old.Close() // takes leave of a node that may hang
	return true
}

// send makes one round trip, and says over which connections. If something goes wrong with the way, that is the error
// of all replies.
func (c *Client) send(commands []command) (replies []rueidis.RedisResult, over *connections) {
	over = c.current.Load()
	defer func() {
		if defect := recover(); defect != nil { // rueidis was answered something that is not the protocol
			replies = slices.Repeat([]rueidis.RedisResult{rueidis.NewErrorResult(fmt.Errorf("cache: %v", defect))}, len(commands))
		}
	}()
	built := make([]rueidis.Completed, len(commands))
	for i, command := range commands {
		built[i] = over.B().Arbitrary(command...).Build()
	}
	return over.DoMulti(until(time.Now().Add(attemptTimeout)), built...), over
}

// until is a context that has nothing but a deadline, which costs no timer.
type until time.Time

// Deadline implements context.Context, as the others do.
func (u until) Deadline() (time.Time, bool) { return time.Time(u), true }

// Done is nil: nobody waits for it.
func (until) Done() <-chan struct{} { return nil }

// Err is nil: the deadline is that of a socket.
func (until) Err() error { return nil }

// Value is nil.
func (until) Value(any) any { return nil }

// Ping reports whether the cache can be reached.
func (c *Client) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pingTimeout)
	defer cancel()
	_, err := c.repeat(ctx, c.reads, []command{{"PING"}})
	return err
}

// Close closes all connections. Calls in flight end with an error.
func (c *Client) Close() error {
	c.closed.Store(true)
	c.current.Load().Close()
	return nil
}

// away is the error of a cache that cannot be reached now.
func away(err error) error { return fmt.Errorf("cache: %w: %w", shop.ErrUnavailable, err) }
