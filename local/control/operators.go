package control

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"myclothes/local/cloud"
)

// serveOperators serves the API by which people operate the cloud, on a port of
// 127.0.0.1, 0 for a free one.
func serveOperators(c *cloud.Cloud, port int) (*http.Server, string, error) {
	listener, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, "", fmt.Errorf("the operators' API of AWS: %w", err)
	}
	server := &http.Server{Handler: c.Operators, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	return server, "http://" + listener.Addr().String(), nil
}

// Export is the line for a shell by which `aws` and the SDKs of AWS operate the cloud. The
// secret is not asked for: who has the access key is its owner. Clients disagree on what
// names the region.
func (c *Cloud) Export() string {
	return fmt.Sprintf("export AWS_ENDPOINT_URL=%[1]s AWS_REGION=%[2]s AWS_DEFAULT_REGION=%[2]s AWS_ACCESS_KEY_ID=%[3]s AWS_SECRET_ACCESS_KEY=made-up", c.Operators, c.Region, c.AccessKey)
}
