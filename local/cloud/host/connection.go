package host

import (
	"io"
	"net"
	"net/netip"
)

// connection is a client's, and its continuation to a node.
type connection struct {
	client, node *net.TCPConn
	upstream     netip.AddrPort
}

// forward copies what one side sends until it has no more.
func forward(to, from *net.TCPConn) {
	_, err := io.Copy(to, from)
	if err != nil {
		reset(to)
		return
	}
	_ = to.CloseWrite()
}

func (c *connection) end() {
	reset(c.client)
	reset(c.node)
}
