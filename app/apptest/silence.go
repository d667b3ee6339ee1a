package apptest

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// StartSilence starts a server that takes connections and never answers, and returns its address.
func StartSilence(tb testing.TB) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	tb.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			tb.Cleanup(func() { conn.Close() })
		}
	}()
	return listener.Addr().String()
}
