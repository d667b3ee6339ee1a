package secrets

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// Secret is one secret holding JSON of type T. It is read when first needed, remembered, and read again every few
// minutes while it is used. As long as it cannot be read again, the value that is remembered goes on. Safe for
// concurrent use.
type Secret[T any] struct {
	client Client
	arn    string

	mu      sync.Mutex
	latest  *reading[T] // the one that began last; nil: none yet
	known   *reading[T] // the last one that succeeded; nil: none yet
	refused bool        // what is known was refused where it was used
}

// reading is one call to Secrets Manager. Value and err are there when done is closed.
type reading[T any] struct {
	began time.Time
	done  chan struct{}
	value T
	err   error
}

// New returns the secret with the ARN.
func New[T any](client Client, arn string) *Secret[T] {
	return &Secret[T]{client: client, arn: arn}
}

// Value returns what the secret holds, as of some minutes ago at most while Secrets Manager answers. Who comes when it
// is to be read again does not wait, unless nobody has used it for long.
func (s *Secret[T]) Value(ctx context.Context) (T, error) {
	s.mu.Lock()
	known := s.known
	wait := known == nil || s.refused || time.Since(s.latest.began) > 2*maxAge
	var r *reading[T]
	if wait || time.Since(known.began) > maxAge && s.mayRead() {
		r = s.read(ctx)
	}
	s.mu.Unlock()
	if !wait {
		return known.value, nil
	}
	value, err := r.wait(ctx)
	if err != nil && known != nil {
		return known.value, nil
	}
	return value, err
}

// Fresh returns what the secret held at some moment after the call. Callers share the calls to Secrets Manager, of
// which there is one a second at most: it may take a little longer than that.
func (s *Secret[T]) Fresh(ctx context.Context) (T, error) {
	asked := time.Now()
	for {
		s.mu.Lock()
		r := s.latest
		if r == nil || s.mayRead() {
			r = s.read(ctx)
		}
		s.mu.Unlock()
		value, err := r.wait(ctx)
		if !r.began.Before(asked) || ctx.Err() != nil {
			return value, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Until(r.began.Add(leastAge))):
		}
	}
}

// Expire says that the value was refused where it was used, so that it is read again before it is used again: it was
// changed.
func (s *Secret[T]) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = s.refused || s.mayRead()
}

// mayRead says that the latest read is over and began long enough ago for another one.
func (s *Secret[T]) mayRead() bool {
	return s.latest != nil && s.latest.over() && time.Since(s.latest.began) >= leastAge
}

// read returns the read that is in flight, or begins one.
func (s *Secret[T]) read(ctx context.Context) *reading[T] {
	if s.latest == nil || s.latest.over() {
		s.latest = &reading[T]{began: time.Now(), done: make(chan struct{})}
		go s.carryOut(context.WithoutCancel(ctx), s.latest)
	}
	return s.latest
}

func (s *Secret[T]) carryOut(ctx context.Context, r *reading[T]) {
	r.value, r.err = s.fetch(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.err == nil {
		s.known, s.refused = r, false
	}
	close(r.done)
}

func (s *Secret[T]) fetch(ctx context.Context) (value T, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(s.arn)})
	if err != nil {
		return value, fmt.Errorf("read secret %s: %w", s.arn, err)
	}
	if err := json.Unmarshal([]byte(aws.ToString(out.SecretString)), &value); err != nil {
		// The cause is not wrapped: it could quote the secret.
		return value, fmt.Errorf("read secret %s: it does not hold the JSON object expected", s.arn)
	}
	return value, nil
}

func (r *reading[T]) over() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

func (r *reading[T]) wait(ctx context.Context) (value T, err error) {
	select {
	case <-r.done:
		return r.value, r.err
	case <-ctx.Done():
		return value, fmt.Errorf("read secret: %w", context.Cause(ctx))
	}
}
