package cloudtest

import (
	"context"
	"net/http"
	"strings"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"myclothes/local/cloud/ec2"
)

// SDK is what the AWS SDK takes from an instance: its environment, its address and
// its trust store.
type SDK struct {
	Endpoint    string
	Client      *http.Client
	Credentials awssdk.CredentialsProviderFunc
}

// SDK returns what the AWS SDK finds for a service ("DYNAMODB") on an instance with an
// interface and an environment.
func (v *VPC) SDK(service string, from *ec2.Interface, environment []string) SDK {
	v.Helper()
	env := map[string]string{}
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		env[name] = value
	}
	transport := &http.Transport{DialContext: Dialer(from).DialContext, TLSClientConfig: v.Trust()}
	v.Cleanup(transport.CloseIdleConnections)
	return SDK{env["AWS_ENDPOINT_URL_"+service], &http.Client{Transport: transport}, func(context.Context) (awssdk.Credentials, error) {
		return awssdk.Credentials{AccessKeyID: env["AWS_ACCESS_KEY_ID"], SecretAccessKey: env["AWS_SECRET_ACCESS_KEY"]}, nil
	}}
}

// ErrorCode returns the code of an API's error, and fails the test if it is none.
func ErrorCode(t *testing.T, err error) string {
	t.Helper()
	var problem smithy.APIError
	require.ErrorAs(t, err, &problem)
	return problem.ErrorCode()
}
