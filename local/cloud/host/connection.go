package host

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// How long a connection to a node may take: the node is on this machine.
const upstreamDialTimeout = time.Second

// retransmissionTimeout is how long a client's system goes on sending to a machine that
// acknowledges nothing, in Linux (net.ipv4.tcp_retries2,
// https://docs.kernel.org/networking/ip-sysctl.html). It is scaled like AWS's timings.
const retransmissionTimeout = 924600 * time.Millisecond

var (
	errNoNode  = errors.New("no node")
	errRefused = errors.New("refused")
)

// connection is a client's, and its continuation to a node. The node's side is nil when
// the node's machine was lost before the client came.
type connection struct {
	client, node *net.TCPConn
	upstream     netip.AddrPort
	lost         atomic.Bool // the machine of the node is lost
}

func dialNode(address netip.AddrPort) (*net.TCPConn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), upstreamDialTimeout)
	defer cancel()
	node, err := new(net.Dialer).DialContext(ctx, "tcp4", address.String())
	if err != nil {
		return nil, err
	}
	return node.(*net.TCPConn), nil
}

// run copies in both directions until both have ended.
func (c *connection) run() {
	if c.node != nil {
		copied := make(chan struct{})
		go func() {
			defer close(copied)
			c.copy(c.client, c.node)
		}()
		c.copy(c.node, c.client)
		<-copied
		_ = c.node.Close()
	}
	if c.lost.Load() {
		c.hang()
	}
	_ = c.client.Close()
}

// copy forwards what one side sends until it has no more. A lost machine tells the
// client neither of its end nor of anything else.
func (c *connection) copy(to, from *net.TCPConn) {
	_, err := io.Copy(to, from)
	switch {
	case c.lost.Load():
	case err != nil:
		Reset(to)
	default:
		_ = to.CloseWrite()
	}
}

// lose makes a connection hang that leads to a lost machine, until the client's system
// would give it up.
func (c *connection) lose(patience time.Duration) {
	c.lost.Store(true)
	_ = c.client.SetReadDeadline(time.Now().Add(patience))
	if c.node != nil {
		_ = c.node.Close()
	}
}

// hang takes what the client sends, and answers nothing, until the client leaves or the
// deadline of its connection is over.
func (c *connection) hang() {
	if _, err := io.Copy(io.Discard, c.client); err != nil {
		Reset(c.client)
	}
}

// end resets both sides.
func (c *connection) end() {
	Reset(c.client)
	if c.node != nil {
		Reset(c.node)
	}
}
