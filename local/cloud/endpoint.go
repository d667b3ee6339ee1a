package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// How long a connection to a node may take: the node is on this machine.
const upstreamDialTimeout = time.Second

// endpoint is a stable address and port in front of nodes that come and go, as the
// DNS name of a cache or a database is on AWS. It enforces the security groups.
type endpoint struct {
	cloud    *Cloud
	eni      *networkInterface // nil for one that only the cloud itself uses
	listener net.Listener
	serving  sync.WaitGroup

	mu          sync.Mutex
	upstreams   []netip.AddrPort
	next        int // which upstream the next connection goes to
	connections map[*connection]struct{}
	refusals    int       // since one was logged
	logged      time.Time // when a refusal was
}

// connection is a client's, and its continuation to a node.
type connection struct {
	client, node *net.TCPConn
	upstream     netip.AddrPort
}

// openEndpoint gives owner an interface in a subnet that listens on port. It has
// no upstream yet.
func (c *Cloud) openEndpoint(owner, subnetID string, groups []string, port int) (*endpoint, error) {
	eni, err := c.network.attach(owner, subnetID, groups)
	if err != nil {
		return nil, err
	}
	e, err := c.listenEndpoint(netip.AddrPortFrom(eni.local, uint16(port)), eni)
	if err != nil {
		c.network.detach(eni)
		return nil, fmt.Errorf("%s: %w", owner, err)
	}
	return e, nil
}

// openInternalEndpoint is an endpoint outside the VPC, for nodes to reach each other.
func (c *Cloud) openInternalEndpoint() (*endpoint, error) {
	address, err := c.network.nodeAddress()
	if err != nil {
		return nil, err
	}
	return c.listenEndpoint(address, nil)
}

func (c *Cloud) listenEndpoint(address netip.AddrPort, eni *networkInterface) (*endpoint, error) {
	listener, err := net.Listen("tcp4", address.String())
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is taken by a program that listens on every address: stop it, or declare another port", address.Port())
	}
	if err != nil {
		return nil, err
	}
	e := &endpoint{cloud: c, eni: eni, listener: listener, connections: map[*connection]struct{}{}}
	e.serving.Go(e.accept)
	return e, nil
}

// host is the address that clients use.
func (e *endpoint) host() string { return e.addrPort().Addr().String() }

func (e *endpoint) addrPort() netip.AddrPort {
	return e.listener.Addr().(*net.TCPAddr).AddrPort()
}

func (e *endpoint) String() string {
	return net.JoinHostPort(e.host(), strconv.Itoa(int(e.addrPort().Port())))
}

// move sends new connections to other nodes, each in turn, and ends those that
// lead elsewhere. Without any node, clients are reset.
func (e *endpoint) move(upstreams ...netip.AddrPort) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.upstreams = slices.Clone(upstreams)
	for c := range e.connections {
		if !slices.Contains(upstreams, c.upstream) {
			c.end()
		}
	}
}

// leads says whether there is a node behind the endpoint.
func (e *endpoint) leads() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.upstreams) > 0
}

// close ends all connections and frees the address. Nil is no error.
func (e *endpoint) close() {
	if e == nil {
		return
	}
	_ = e.listener.Close()
	e.move()
	e.serving.Wait()
	e.cloud.network.detach(e.eni)
}

func (e *endpoint) accept() {
	for {
		client, err := e.listener.Accept()
		if err != nil {
			return
		}
		e.serving.Go(func() { e.serve(client.(*net.TCPConn)) })
	}
}

func (e *endpoint) serve(client *net.TCPConn) {
	if from := e.cloud.network.source(client); e.eni != nil && !e.cloud.network.permits(from, e.eni, int(e.addrPort().Port())) {
		e.logRefusal(from)
		reset(client)
		return
	}
	c, err := e.connect(client)
	if err != nil {
		reset(client)
		return
	}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		forward(c.client, c.node)
	}()
	forward(c.node, c.client)
	<-copied
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.connections, c)
	_ = client.Close()
	_ = c.node.Close()
}

// connect continues a client's connection to a node.
func (e *endpoint) connect(client *net.TCPConn) (*connection, error) {
	e.mu.Lock()
	if len(e.upstreams) == 0 {
		e.mu.Unlock()
		return nil, errors.New("no node")
	}
	e.next++
	upstream := e.upstreams[e.next%len(e.upstreams)]
	e.mu.Unlock()

	ctx, cancel := context.WithTimeout(context.Background(), upstreamDialTimeout)
	defer cancel()
	node, err := new(net.Dialer).DialContext(ctx, "tcp4", upstream.String())
	if err != nil {
		return nil, err
	}
	c := &connection{client, node.(*net.TCPConn), upstream}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Contains(e.upstreams, upstream) { // it moved meanwhile
		c.end()
		return nil, errors.New("the node is gone")
	}
	e.connections[c] = struct{}{}
	return c, nil
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

// logRefusal writes at most one line a second, because clients try again at once.
func (e *endpoint) logRefusal(from *networkInterface) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.refusals++
	if time.Since(e.logged) < time.Second {
		return
	}
	e.cloud.log.Warn("connection refused by the security groups",
		"from", ownerOf(from), "to", e.eni.owner, "port", e.addrPort().Port(), "times", e.refusals)
	e.refusals, e.logged = 0, time.Now()
}

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
