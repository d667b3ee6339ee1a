package redis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"myclothes/app/shop"
)

const (
	firstPause = 5 * time.Millisecond // before the second repetition; each further one is twice as long
	maxPause   = 80 * time.Millisecond
)

// repeat sends commands, which share a round trip, until it is known what became of them or the context ends: over
// fresh connections when the old ones broke, hang or lead to a node that is not the primary, and after small pauses
// that grow. What is sent must count once however often it is carried out. The replies hold what the cache answered,
// and no errors that another attempt may mend. The error wraps shop.ErrUnavailable.
func (c *Client) repeat(ctx context.Context, l *line, commands []command) ([]rueidis.RedisResult, error) {
	var last error
	for attempt := 0; ; attempt++ {
		sent := &call{ctx: ctx, commands: commands}
		if err := l.do(sent); err != nil {
			return nil, away(errors.Join(err, last))
		}
		if last = c.mend(sent); last == nil {
			return sent.replies, nil
		}
		if c.closed.Load() || !pause(ctx, attempt) {
			return nil, away(errors.Join(context.Cause(ctx), last))
		}
	}
}

// once sends commands once.
func (c *Client) once(ctx context.Context, l *line, commands []command) ([]rueidis.RedisResult, error) {
	sent := &call{ctx: ctx, commands: commands}
	if err := l.do(sent); err != nil {
		return nil, away(err)
	}
	if err := c.mend(sent); err != nil {
		return nil, away(err)
	}
	return sent.replies, nil
}

// mend returns the error that another attempt may not meet, nil if there is none, and does what helps against it.
func (c *Client) mend(sent *call) error {
	err := sent.err
	for i := 0; err == nil && i < len(sent.replies); i++ {
		if reply := sent.replies[i].Error(); reply != nil && passing(reply) {
			err = reply
		}
	}
	switch {
	case err == nil || errors.Is(err, errUnreplicated):
		return err
	case c.leave(sent.over) && c.cfg.Token != nil && refusesToken(err):
		c.cfg.Token.Expire() // once, although everybody meets the same error
	}
	return err
}

// passing reports whether the cache answered with an error that has to do with the node or the moment. Others are those
// of scripts, and a cache that is full.
func passing(err error) bool {
	reply, ok := rueidis.IsRedisErr(err)
	if !ok {
		return false
	}
	for _, prefix := range []string{"READONLY", "LOADING", "MASTERDOWN", "NOREPLICAS", "BUSY", "UNBLOCKED", "ERR max number of clients"} {
		if strings.HasPrefix(reply.Error(), prefix) {
			return true
		}
	}
	return refusesToken(err)
}

// refusesToken reports whether the cache wants another token.
func refusesToken(err error) bool {
	var reply *rueidis.RedisError
	if !errors.As(err, &reply) {
		return false
	}
	for _, prefix := range []string{"NOAUTH", "WRONGPASS", "ERR AUTH", "ERR invalid password"} {
		if strings.HasPrefix(reply.Error(), prefix) {
			return true
		}
	}
	return false
}

// explain names the kind of an error that the cache answered with: a plain ERR is a defect of ours, everything else
// says that it is full.
func explain(err error) error {
	switch {
	case err == nil || rueidis.IsRedisNil(err):
		return err
	case strings.HasPrefix(err.Error(), "ERR "):
		return fmt.Errorf("cache: %w", err)
	}
	return fmt.Errorf("cache: %w: %w", shop.ErrUnavailable, err)
}

// pause waits before another attempt; false if the context ends meanwhile. The first repetition is at once: most
// often a connection was found broken.
func pause(ctx context.Context, attempt int) bool {
	if attempt == 0 {
		return ctx.Err() == nil
	}
	length := min(firstPause<<min(attempt-1, 10), maxPause)
	timer := time.NewTimer(length/2 + rand.N(length))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
