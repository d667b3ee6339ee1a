package cloud

import "net"

// reset ends a connection as a firewall or a dead host does: without a goodbye.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func ownerOf(i *networkInterface) string {
	if i == nil {
		return "outside the VPC"
	}
	return i.owner
}
