package cloud

import "net"

// gate says whether a connection may pass, and for the log whom it is from.
type gate func(net.Conn) (from string, open bool)

// gatedListener resets connections that its gate does not let through.
type gatedListener struct {
	net.Listener
	gate    gate
	refused func(from string) // is told of each
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
		reset(conn)
	}
}

// reset ends a connection as a firewall or a dead host does: without a goodbye.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
