package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/rueidis"
)

// Durability says when a change is acknowledged.
type Durability string

// The durabilities, from the fastest to the safest.
const (
	// Fast acknowledges what the primary has. What it acknowledged in its last moments is lost with it.
	Fast Durability = "fast"

	// Replicated waits until a replica has the change as well. When none has it in time, the change stands and is
	// counted: it is lost if the primary dies before a replica has it. While there seems to be no replica at all,
	// nobody waits.
	Replicated Durability = "replicated"

	// Strict acknowledges nothing that no replica has. Without a replica there are no changes.
	Strict Durability = "strict"
)

const (
	commitLanes = 4 // connections of changes that wait for a replica: the next group fills while others wait

	replicaWait = 100 * time.Millisecond // of Replicated, for a replica
	strictWait  = 200 * time.Millisecond // of Strict, before the change is repeated; less than attemptTimeout
	patience    = 3                      // groups in a row that no replica has before Replicated stops waiting
	probePause  = 500 * time.Millisecond // between looks whether there is a replica again
)

// errUnreplicated says that the primary has a change and no replica does.
var errUnreplicated = errors.New("no replica has the change")

// commits makes changes wait for a replica. Changes that are made at the same moment share a round trip and its one
// WAIT. It is the rider of a line of its own, whose lanes have a connection each while they wait: a WAIT holds up
// whatever is behind it on its connection, and counts for what is before it on its connection only.
type commits struct {
	client *Client
	line   *line
	strict bool
	wait   []command

	misses    atomic.Int32 // groups in a row that no replica had
	suspended atomic.Bool  // nobody waits
	probing   atomic.Bool

	unreplicated prometheus.Counter
	suspension   prometheus.GaugeFunc
}

func newCommits(client *Client, durability Durability) *commits {
	c := &commits{client: client, strict: durability == Strict}
	c.unreplicated = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "cache_unreplicated_writes_total",
		Help: "Changes of carts and sessions that were acknowledged although no replica had them in time.",
	})
	c.suspension = prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "cache_replica_wait_suspended",
		Help: "1 while changes do not wait for a replica, because none answers.",
	}, func() float64 {
		if c.suspended.Load() {
			return 1
		}
		return 0
	})
	switch durability {
	case Replicated:
		c.wait, c.line = waitFor(replicaWait), newLine(client, commitLanes, c)
	case Strict:
		c.wait, c.line = waitFor(strictWait), newLine(client, commitLanes, c)
	default:
		c.line = newLine(client, lanes, nil) // a replica refuses changes by itself
	}
	return c
}

// commands implements rider. WAIT waits for the latest write of its connection, and a change that is repeated may find
// nothing to write: PUBLISH is a write that stores nothing.
func (c *commits) commands() []command {
	if c.suspended.Load() {
		return nil
	}
	return c.wait
}

func waitFor(d time.Duration) []command {
	return []command{{"PUBLISH", "replicated", ""}, {"WAIT", "1", strconv.FormatInt(d.Milliseconds(), 10)}}
}

// judge implements rider.
func (c *commits) judge(changes, own []rueidis.RedisResult) error {
	if len(own) == 0 { // they did not wait, which says nothing about replicas
		c.count(changes)
		c.probe()
		return nil
	}
	replicas, err := own[len(own)-1].AsInt64()
	if err != nil {
		return fmt.Errorf("wait for a replica: %w", err)
	}
	if replicas > 0 {
		c.misses.Store(0)
		return nil
	}
	misses := c.misses.Add(1)
	if c.strict {
		return errUnreplicated
	}
	c.count(changes)
	if misses >= patience {
		c.suspended.Store(true)
		c.probe()
	}
	return nil
}

func (c *commits) count(changes []rueidis.RedisResult) {
	for _, change := range changes {
		if change.Error() == nil {
			c.unreplicated.Inc()
		}
	}
}

// probe looks, a little later, whether a replica answers again.
func (c *commits) probe() {
	if !c.probing.CompareAndSwap(false, true) {
		return
	}
	time.AfterFunc(probePause, func() {
		defer c.probing.Store(false)
		replies, _ := c.client.send(c.wait)
		if replicas, err := replies[len(replies)-1].AsInt64(); err == nil && replicas > 0 {
			c.misses.Store(0)
			c.suspended.Store(false)
		}
	})
}

// Describe implements prometheus.Collector.
func (c *commits) Describe(descriptions chan<- *prometheus.Desc) {
	c.unreplicated.Describe(descriptions)
	c.suspension.Describe(descriptions)
}

// Collect implements prometheus.Collector.
func (c *commits) Collect(found chan<- prometheus.Metric) {
	c.unreplicated.Collect(found)
	c.suspension.Collect(found)
}

// read runs a script that changes nothing but lifetimes; rueidis.Nil means that there is no such session.
func (s *Store) read(ctx context.Context, script *Script, keys []string, args ...any) (any, error) {
	return script.run(keys, args, func(commands ...command) ([]rueidis.RedisResult, error) {
		return s.client.repeat(ctx, s.client.reads, commands)
	})
}

// ask sends commands that change nothing, in one round trip. Errors that the cache answered with are in the replies.
func (s *Store) ask(ctx context.Context, commands ...command) ([]rueidis.RedisResult, error) {
	return s.client.repeat(ctx, s.client.reads, commands)
}

// write runs a script that changes something, and acknowledges it as Options.Durability says. The script may be run
// more than once, and must count once.
func (s *Store) write(ctx context.Context, script *Script, keys []string, args ...any) (any, error) {
	return script.run(keys, args, func(commands ...command) ([]rueidis.RedisResult, error) {
		return s.client.repeat(ctx, s.commits.line, commands)
	})
}
