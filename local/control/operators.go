package control

import (
	"cmp"
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
		// Who has the port may have ended meanwhile; then the first error is the one there is.
		return nil, "", cmp.Or(checkPort(operatorsPort(port), 0), fmt.Errorf("the operators' API of AWS: %w", err))
	}
	server := &http.Server{Handler: c.Operators, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	return server, "http://" + listener.Addr().String(), nil
}

func operatorsPort(port int) shopPort {
	return shopPort{"the operators' API of AWS", "AWS_PORT", port}
}

// Export is the line for a shell by which `aws` and the SDKs of AWS operate the cloud. The
// secret is not asked for: who has the access key is its owner. Clients disagree on what
// names the region. Below the line is a remark on clients that do not heed AWS_ENDPOINT_URL
// and would ask the real AWS; shells take it for a comment.
func (c *Cloud) Export() string {
	return fmt.Sprintf("export AWS_ENDPOINT_URL=%[1]s AWS_REGION=%[2]s AWS_DEFAULT_REGION=%[2]s AWS_ACCESS_KEY_ID=%[3]s AWS_SECRET_ACCESS_KEY=made-up\n        # aws before 2.13 also needs --endpoint-url $AWS_ENDPOINT_URL", c.Operators, c.Region, c.AccessKey)
}
