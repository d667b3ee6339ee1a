package redis

import (
	"bytes"
	"net"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// cutter is between a store and its server, and can lose the answer to a script.
type cutter struct {
	address, target string
	skip            atomic.Int32           // how many scripts pass before one is cut; negative: all
	between         atomic.Pointer[func()] // happens when the answer is lost
}

func newCutter(t *testing.T, target string) *cutter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	c := &cutter{address: listener.Addr().String(), target: target}
	c.skip.Store(-1)
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go c.forward(client)
		}
	}()
	return c
}

// once loses the answer to the next script. The test fails if there is none.
func (c *cutter) once(t *testing.T, between func()) {
	t.Helper()
	c.skipping(t, 0, between)
}

// skipping loses the answer to the script after so many others.
func (c *cutter) skipping(t *testing.T, skip int, between func()) {
	t.Helper()
	var lost atomic.Bool
	happens := func() { lost.Store(true); between() }
	c.between.Store(&happens)
	c.skip.Store(int32(skip))
	t.Cleanup(func() { require.True(t, lost.Load(), "an answer was lost") })
}

func (c *cutter) forward(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", c.target)
	if err != nil {
		return
	}
	var lose atomic.Bool
	go func() {
		defer server.Close()
		copyChunks(server, client, func(chunk []byte) bool {
			if c.skip.Load() >= 0 && bytes.Contains(bytes.ToLower(chunk), []byte("evalsha")) && c.skip.Add(-1) < 0 {
				lose.Store(true)
			}
			return true
		})
	}()
	copyChunks(client, server, func([]byte) bool {
		if lose.Load() {
			(*c.between.Load())()
		}
		return !lose.Load()
	})
}

// copyChunks copies what pass lets through, until it lets something not through.
func copyChunks(to, from net.Conn, pass func([]byte) bool) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil || !pass(buffer[:n]) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}
