package host

import (
	"net"
	"net/netip"
)

// Gate says whether a connection may pass, and for the log whom it is from.
type Gate func(net.Conn) (from string, open bool)

// UpstreamGate says whether a connection may pass to a node, and for the log whom it is
// from.
type UpstreamGate func(conn net.Conn, upstream netip.AddrPort) (from string, open bool)

// Gated returns a listener that resets connections which its gate does not let
// through; refused is told of each.
func Gated(l net.Listener, gate Gate, refused func(from string)) net.Listener {
	return gatedListener{l, gate, refused}
}

type gatedListener struct {
	net.Listener
	gate    Gate
	refused func(from string)
}

// Accept returns the next connection that may pass.
func (l gatedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from, open := l.gate(conn)
		if open {
			return conn, nil
		}
		l.refused(from)
		Reset(conn)
	}
}

// Reset ends a connection as a firewall or a dead host does: without a goodbye.
func Reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
