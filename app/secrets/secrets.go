// Package secrets reads credentials from AWS Secrets Manager. They are never configuration: the
// environment only names them.
package secrets

import (
	"context"
	"fmt"
	"net"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

const (
	readTimeout = 5 * time.Second
	// A secret is not read again sooner than this, whoever refuses it: a flood of refused connections must
	// not become a flood of calls to Secrets Manager.
	leastAge = time.Second
	// A secret that is used is read again after this time, so that what was taken out of it is worth nothing soon
	// after. Three secrets at nine instances are some 600,000 calls a month, 3 dollars.
	maxAge = 2 * time.Minute
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
