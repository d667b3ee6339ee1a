package control_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"myclothes/local/control"
)

func TestALocalCloudSaysWhereItsOperatorsAPIIs(t *testing.T) {
	port := freePort(t)
	c, err := control.Start(t.Context(), control.Options{Root: t.TempDir(), Stack: "dev", Region: "eu-west-1", Port: freePort(t), AWSPort: port})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	require.Equal(t, fmt.Sprintf("export AWS_ENDPOINT_URL=http://127.0.0.1:%d AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1 AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY=made-up",
		port, c.AccessKey), firstLine(c.Export()))
	require.Contains(t, c.Export(), "\n", "what follows is no part of the line to paste")
	require.Contains(t, c.Export(), "aws before 2.13 also needs --endpoint-url $AWS_ENDPOINT_URL")
	response, err := http.Get(c.Operators)
	require.NoError(t, err)
	response.Body.Close()
	require.Equal(t, http.StatusForbidden, response.StatusCode, "it asks for the access key")
	require.NoError(t, c.Stop(t.Context()))
	_, err = http.Get(c.Operators)
	require.Error(t, err)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func TestATakenPortOfTheOperatorsAPINamesAnother(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	_, err = control.Start(t.Context(), control.Options{Root: t.TempDir(), Stack: "dev", Region: "eu-west-1", Port: freePort(t), AWSPort: port})
	require.ErrorContains(t, err, fmt.Sprintf("AWS_PORT=%d", port+10))
}
