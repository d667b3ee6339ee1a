package redis

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/rueidis"
)

const (
	maxGroup  = 256 // calls that share a round trip, at most
	goodGroup = 16  // calls that are worth another round trip while one is on its way

	late = 5 * time.Millisecond // is a round trip that is not back, so that nobody who comes waits for it
)

// command is a command's name and arguments.
type command []string

// line is where calls queue for the cache. Who comes to an idle line makes a round trip at once, in their own goroutine.
// Who comes while it is on its way waits, and goes along with everybody else who waits: when it is back, or, in another
// lane, when they are many or it is late. So a busy line makes few system calls, and an idle one keeps nobody waiting.
// A call whose deadline passes leaves at once, whatever the cache does.
type line struct {
	client *Client
	lanes  int
	rider  rider // nil: none

	mu      sync.Mutex
	waiting []*call
	out     int       // lanes that make a round trip
	left    time.Time // when the latest one began
}

// rider adds commands to the end of each round trip.
type rider interface {
	commands() []command
	// judge looks at the replies to the calls and at its own, and returns the error of all calls that were answered.
	judge(replies, own []rueidis.RedisResult) error
}

// primaryOnly is the rider of reads. A former primary that is a replica now would answer them, with what it had then or
// later, but it refuses to delete even what is not there.
type primaryOnly struct{}

func (primaryOnly) commands() []command { return deleteNothing }

var deleteNothing = []command{{"DEL", "nothing"}}

func (primaryOnly) judge(_, own []rueidis.RedisResult) error {
	if err := own[0].Error(); err != nil && strings.HasPrefix(err.Error(), "READONLY") {
		return err
	}
	return nil // also when it may not write for another reason, such as too few replicas
}

// call is what one caller sends, and what becomes of it.
type call struct {
	ctx      context.Context
	commands []command

	// Set before done is closed, and never once the caller has left.
	replies []rueidis.RedisResult
	over    *connections // the way it was sent
	err     error        // of the way or the rider; what the cache answered is in replies
	done    chan struct{}
}

func newLine(client *Client, lanes int, r rider) *line {
	return &line{client: client, rider: r, lanes: lanes}
}

// do makes one attempt. The call's error is set when do returns nil; otherwise the context ended before.
func (l *line) do(c *call) error {
	c.done = make(chan struct{})
	if l.join(c) {
		// The attempt may take twice as long, when the token has to be fetched as well.
		if deadline, ok := c.ctx.Deadline(); ok && time.Until(deadline) < 2*attemptTimeout {
			go l.drive()
		} else {
			l.drive()
		}
	}
	select {
	case <-c.done:
		return nil
	case <-c.ctx.Done():
		return context.Cause(c.ctx)
	}
}

// join queues the call, and reports whether the caller is to make a round trip.
func (l *line) join(c *call) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, c)
	worthwhile := l.out == 0 || len(l.waiting) >= goodGroup || time.Since(l.left) > late
	if l.out == l.lanes || !worthwhile {
		return false
	}
	l.out++
	l.left = time.Now()
	return true
}

// drive makes one round trip, and has somebody else make the next one if it is needed.
func (l *line) drive() {
	runtime.Gosched() // whoever is about to join comes along
	if group := l.take(); len(group) > 0 {
		l.send(group)
	}
	l.mu.Lock()
	more := len(l.waiting) > 0
	if more {
		l.left = time.Now()
	} else {
		l.out--
	}
	l.mu.Unlock()
	if more {
		go l.drive()
	}
}

// take returns whoever waits and has not left.
func (l *line) take() []*call {
	l.mu.Lock()
	n := min(len(l.waiting), maxGroup)
	group := l.waiting[:n:n]
	if l.waiting = l.waiting[n:]; len(l.waiting) == 0 {
		l.waiting = nil
	}
	l.mu.Unlock()
	return slices.DeleteFunc(group, func(c *call) bool { return c.ctx.Err() != nil })
}

// send makes the round trip.
func (l *line) send(group []*call) {
	commands := make([]command, 0, len(group)+2)
	for _, c := range group {
		commands = append(commands, c.commands...)
	}
	own := len(commands)
	if l.rider != nil {
		commands = append(commands, l.rider.commands()...)
	}
	replies, over := l.client.send(commands)
	err := replies[0].NonRedisError() // that of all
	if err == nil && l.rider != nil {
		err = l.rider.judge(replies[:own], replies[own:])
	}
	for _, c := range group {
		n := len(c.commands)
		c.replies, c.over, c.err = replies[:n:n], over, err
		replies = replies[n:]
		close(c.done)
	}
}
