package connection

import (
	"net"
	"sync"
	"sync/atomic"
)

// Counted counts the bytes of a connection, and calls closed once when it is closed here.
func Counted(conn net.Conn, bytes *atomic.Int64, closed func()) net.Conn {
	return &countedConn{Conn: conn, bytes: bytes, closed: sync.OnceFunc(closed)}
}

// countedConn is a connection whose end, and whose bytes, are counted.
type countedConn struct {
	net.Conn
	bytes  *atomic.Int64
	closed func()
}

// Read counts what it reads.
func (c *countedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

// Write counts what it writes.
func (c *countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.bytes.Add(int64(n))
	return n, err
}

// Close counts the connection as closed.
func (c *countedConn) Close() error {
	c.closed()
	return c.Conn.Close()
}
