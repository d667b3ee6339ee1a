package control

import (
	"fmt"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThePortOfTheOperatorsAPIThatIsTakenMeanwhileNamesAnother(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	_, _, err = serveOperators(nil, port)
	require.ErrorContains(t, err, fmt.Sprintf("(process %d): choose another, like make up AWS_PORT=%d", os.Getpid(), port+10))
}
