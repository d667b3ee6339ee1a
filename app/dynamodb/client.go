package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"myclothes/app/shop"
)

const (
	attemptTimeout = time.Second // a call takes some milliseconds
	maxBackoff     = 200 * time.Millisecond
	connections    = 64 // kept open
)

// NewClient returns a client that uses the instance's role and region as the AWS SDK finds them, and
// dials with the dialer. It makes no call yet.
func NewClient(ctx context.Context, dialer *net.Dialer) (*dynamodb.Client, error) {
	httpClient := awshttp.NewBuildableClient().WithTimeout(attemptTimeout).
		WithDialerOptions(func(d *net.Dialer) { *d = *dialer }).
		WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = connections })
	cfg, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(httpClient))
	if err != nil {
		return nil, fmt.Errorf("configure the AWS SDK: %w", err)
	}
	return dynamodb.NewFromConfig(cfg), nil
}

// untilKnown makes the SDK repeat a call until it is answered, or its context ends. Every call of this package may be
// carried out twice, and the first time late: a call that was given up is still on its way, and may arrive after later
// ones were answered.
func untilKnown() aws.Retryer {
	return retry.AddWithMaxAttempts(retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxBackoff, o.RateLimiter = maxBackoff, ratelimit.None
	}), 0)
}

// errCondition says that the item is not as the call requires; nothing happened.
var errCondition = errors.New("the item is not as required")

// explain names the kind of an error: a call that is malformed is a defect of ours, everything else says
// that the table is away, throttled or not ours to use.
func explain(err error) error {
	var condition *types.ConditionalCheckFailedException
	var reply smithy.APIError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &condition):
		return errCondition
	case errors.As(err, &reply) && reply.ErrorCode() == "ValidationException":
		return fmt.Errorf("table: %w", err)
	}
	return fmt.Errorf("table: %w: %w", shop.ErrUnavailable, err)
}

func ignoreCondition(err error) error {
	if errors.Is(err, errCondition) {
		return nil
	}
	return err
}
