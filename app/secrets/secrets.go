// Package secrets reads credentials from AWS Secrets Manager. They are never configuration: the
// environment only names them.
package secrets

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"golang.org/x/sync/singleflight"
)

const (
	readTimeout = 5 * time.Second
	// A secret is not read again sooner than this, whoever refuses it: a flood of refused connections must
	// not become a flood of calls to Secrets Manager.
	leastAge = time.Second
)

// Client reads secrets from Secrets Manager.
type Client interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// NewClient returns a client that uses the instance's role and region as the AWS SDK finds them, and
// dials with the dialer. It makes no call yet.
func NewClient(ctx context.Context, dialer *net.Dialer) (Client, error) {
	httpClient := awshttp.NewBuildableClient().WithDialerOptions(func(d *net.Dialer) { *d = *dialer })
	cfg, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(httpClient))
	if err != nil {
		return nil, fmt.Errorf("configure the AWS SDK: %w", err)
	}
	return secretsmanager.NewFromConfig(cfg), nil
}

// Secret is one secret holding JSON of type T. It is read when first needed and remembered until Expire.
// Safe for concurrent use.
type Secret[T any] struct {
	client Client
	arn    string

	reading singleflight.Group
	mu      sync.Mutex
	value   *T
	read    time.Time
}

// New returns the secret with the ARN.
func New[T any](client Client, arn string) *Secret[T] {
	return &Secret[T]{client: client, arn: arn}
}

// Value returns what the secret holds.
func (s *Secret[T]) Value(ctx context.Context) (T, error) {
	if value := s.remembered(); value != nil {
		return *value, nil
	}
	reading := s.reading.DoChan("", func() (any, error) { return s.fetch(context.WithoutCancel(ctx)) })
	var none T
	select {
	case <-ctx.Done():
		return none, fmt.Errorf("read secret: %w", context.Cause(ctx))
	case result := <-reading:
		if result.Err != nil {
			return none, result.Err
		}
		return *result.Val.(*T), nil
	}
}

// Expire says that the value was refused where it was used, so that it is read again: it was rotated.
func (s *Secret[T]) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.read) > leastAge {
		s.value = nil
	}
}

func (s *Secret[T]) remembered() *T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.value
}

func (s *Secret[T]) fetch(ctx context.Context) (*T, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(s.arn)})
	if err != nil {
		return nil, fmt.Errorf("read secret %s: %w", s.arn, err)
	}
	value := new(T)
	if err := json.Unmarshal([]byte(aws.ToString(out.SecretString)), value); err != nil {
		// The cause is not wrapped: it could quote the secret.
		return nil, fmt.Errorf("read secret %s: it does not hold the JSON object expected", s.arn)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.value, s.read = value, time.Now()
	return value, nil
}
