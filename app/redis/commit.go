package redis

import (
	"context"

	goredis "github.com/redis/go-redis/v9"
)

// read runs a script that changes nothing but lifetimes; goredis.Nil means that there is no such session.
func (s *Store) read(ctx context.Context, script *script, keys []string, args ...any) (reply any, err error) {
	err = s.client.Do(ctx, true, func(c goredis.Cmdable) error {
		reply, err = script.Run(ctx, c, keys, args...).Result()
		return err
	})
	return reply, err
}

// write runs a script that changes something, and waits for a replica if that is wanted.
func (s *Store) write(ctx context.Context, script *script, keys []string, args ...any) (reply any, err error) {
	err = s.client.Do(ctx, true, func(c goredis.Cmdable) error {
		if s.replicaWait == 0 {
			reply, err = script.Run(ctx, c, keys, args...).Result()
			return err
		}
		reply, err = s.writeReplicated(ctx, c, script.EvalSha, keys, args)
		if goredis.HasErrorPrefix(err, "NOSCRIPT") {
			reply, err = s.writeReplicated(ctx, c, script.Eval, keys, args)
		}
		return err
	})
	return reply, err
}

// evaluation is one of the two ways to run a script: by its hash or in full.
type evaluation func(ctx context.Context, c goredis.Scripter, keys []string, args ...any) *goredis.Cmd

// writeReplicated sends script and WAIT in one round trip. When the connection breaks between their answers, the
// primary may be gone with the change: that is an error, and the change is in doubt.
func (s *Store) writeReplicated(ctx context.Context, c goredis.Cmdable, evaluate evaluation, keys []string, args []any) (any, error) {
	pipeline := c.Pipeline()
	ran := evaluate(ctx, pipeline, keys, args...)
	waited := pipeline.Do(ctx, "WAIT", 1, s.replicaWait.Milliseconds())
	pipeline.Exec(ctx) // its error is that of one of the two
	reply, err := ran.Result()
	if err != nil {
		return nil, err
	}
	replicas, err := waited.Int()
	if err == nil && replicas < 1 {
		s.unreplicated.Inc()
	}
	return reply, err
}
