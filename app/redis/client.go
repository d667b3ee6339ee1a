// Package redis keeps carts and sessions in ElastiCache (Redis OSS or Valkey, cluster mode disabled).
package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"myclothes/app/dial"
	"myclothes/app/shop"
)

const (
	ioTimeout   = time.Second // of one command: a cache that takes longer is away
	poolTimeout = time.Second // waiting for a free connection
	poolSize    = 64          // connections, at most
	leastAge    = 100 * time.Millisecond
	unbatched   = 3 // commands at once that go over connections of their own; more share round trips
)

func init() {
	// The library writes plain lines to standard error about every connection that fails; the failed
	// request is logged anyway.
	goredis.SetLogger(silence{})
}

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

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

// Client is a connection pool that is thrown away when it turns out to lead to a node that is not the
// primary any more: ElastiCache moves the endpoint's name, but connections stay where they are. Safe for
// concurrent use.
type Client struct {
	cfg     Config
	current atomic.Pointer[pool]
}

// pool sends few commands at once over connections of their own, which is fastest for each, and more together, which
// spares the cache and this process most of the system calls: at 50 requests at once the service answers a quarter
// more. Each command still has its own answer or error. What needs several commands, such as waiting for a replica, is
// never sent together with others.
type pool struct {
	*goredis.Client
	batches  *goredis.AutoPipeliner
	inFlight atomic.Int32
	opened   time.Time
}

func (p *pool) run(command func(goredis.Cmdable) error) error {
	defer p.inFlight.Add(-1)
	if p.inFlight.Add(1) > unbatched {
		return command(p.batches)
	}
	return command(p.Client)
}

// Close ends what waits in batches, and closes all connections.
func (p *pool) Close() error {
	return errors.Join(p.batches.Close(), p.Client.Close())
}

// NewClient returns a client of the cache. It does not connect: the cache may be away, now or at any time.
func NewClient(cfg Config) *Client {
	c := &Client{cfg: cfg}
	c.current.Store(c.newPool())
	return c
}

func (c *Client) newPool() *pool {
	options := &goredis.Options{
		Addr:                     c.cfg.Address,
		Dialer:                   c.dialer(),
		Protocol:                 2,
		DisableIdentity:          true,
		MaxRetries:               -1, // Do decides what may be repeated
		DialerRetries:            1,
		ReadTimeout:              ioTimeout,
		WriteTimeout:             ioTimeout,
		PoolTimeout:              poolTimeout,
		PoolSize:                 poolSize,
		MaxActiveConns:           poolSize,
		ContextTimeoutEnabled:    true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if token := c.cfg.Token; token != nil {
		options.CredentialsProviderContext = func(ctx context.Context) (string, string, error) {
			auth, err := token.Value(ctx)
			return "", auth.Token, err
		}
	}
	p := &pool{Client: goredis.NewClient(options), opened: time.Now()}
	batches, err := p.AutoPipeline()
	if err != nil {
		panic(err) // says that its options contradict each other; we set none
	}
	p.batches = batches
	return p
}

func (c *Client) dialer() dial.Func {
	if c.cfg.TLS == nil {
		return c.cfg.Dialer.DialContext
	}
	return (&tls.Dialer{NetDialer: c.cfg.Dialer, Config: c.cfg.TLS}).DialContext
}

// Do runs one command, or several in one round trip, and, if it failed in a way that says it was not carried out, once
// more. A command that may be repeated (the outcome is the same if it was carried out twice) is also run again when
// the connection broke before the answer came, but not when the answer took too long: the first one might still be
// carried out, after others were answered. The error wraps shop.ErrUnavailable if the cache is away, and is
// goredis.Nil if that is the answer.
func (c *Client) Do(ctx context.Context, repeatable bool, command func(goredis.Cmdable) error) error {
	p := c.current.Load()
	err := p.run(command)
	switch {
	case err == nil || errors.Is(err, goredis.Nil):
		return err
	case goredis.IsReadOnlyError(err), goredis.IsLoadingError(err), goredis.IsMasterDownError(err):
		c.abandon(p)
	case goredis.IsAuthError(err):
		if c.cfg.Token != nil {
			c.cfg.Token.Expire()
		}
		c.abandon(p)
	case neverSent(err):
	case repeatable && brokenConnection(err):
	default:
		return explain(err)
	}
	return explain(c.current.Load().run(command))
}

// explain names the kind of an error: a plain ERR is a defect of ours, everything else says that the
// cache is away, full or no primary.
func explain(err error) error {
	var reply goredis.Error
	switch {
	case err == nil || errors.Is(err, goredis.Nil):
		return err
	case errors.As(err, &reply) && strings.HasPrefix(reply.Error(), "ERR ") && !goredis.IsMaxClientsError(err):
		return fmt.Errorf("cache: %w", err)
	}
	return fmt.Errorf("cache: %w: %w", shop.ErrUnavailable, err)
}

// abandon replaces the pool, whose connections all lead to the same wrong node, unless that was done a
// moment ago. Commands in flight on it may still end.
func (c *Client) abandon(p *pool) {
	if time.Since(p.opened) < leastAge {
		return
	}
	fresh := c.newPool()
	if !c.current.CompareAndSwap(p, fresh) {
		fresh.Close()
		return
	}
	time.AfterFunc(2*ioTimeout, func() { p.Close() })
}

// Ping reports whether the cache can be reached.
func (c *Client) Ping(ctx context.Context) error {
	return c.Do(ctx, true, func(c goredis.Cmdable) error { return c.Ping(ctx).Err() })
}

// Close closes all connections.
func (c *Client) Close() error { return c.current.Load().Close() }

// neverSent reports whether there was no connection to send the command over. A dial that ran into its
// timeout is left out: another one would keep the visitor waiting for the same answer.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" && !op.Timeout()
}

// brokenConnection reports whether the connection ended before an answer came.
func brokenConnection(err error) bool {
	var reply goredis.Error
	var late net.Error
	return !errors.As(err, &reply) && !errors.Is(err, context.Canceled) && !(errors.As(err, &late) && late.Timeout())
}
