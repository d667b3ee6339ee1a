package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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

// Endpoint is a stable address and port in front of nodes that come and go, as the
// DNS name of a cache or a database is on AWS. Its gate decides who gets through.
type Endpoint struct {
	owner    string // for people
	gate     Gate   // nil for one that only the cloud itself uses
	log      *slog.Logger
	listener net.Listener
	serving  sync.WaitGroup

	mu          sync.Mutex
	upstreams   []netip.AddrPort
	next        int // which upstream the next connection goes to
	connections map[*connection]struct{}
	refusals    int       // since one was logged
	logged      time.Time // when a refusal was
}

// ListenInternal opens an endpoint outside the VPC, for nodes to reach each other.
func (h *Host) ListenInternal() (*Endpoint, error) {
	address, err := h.Loopback.NodeAddress()
	if err != nil {
		return nil, err
	}
	return h.Listen("the cloud itself", address, nil)
}

// Listen opens owner's endpoint. It has no upstream yet.
func (h *Host) Listen(owner string, address netip.AddrPort, gate Gate) (*Endpoint, error) {
	listener, err := net.Listen("tcp4", address.String())
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is taken by a program that listens on every address: stop it, or declare another port", address.Port())
	}
	if err != nil {
		return nil, err
	}
	e := &Endpoint{owner: owner, gate: gate, log: h.Log, listener: listener, connections: map[*connection]struct{}{}}
	e.serving.Go(e.accept)
	return e, nil
}

// Host is the address that clients use.
func (e *Endpoint) Host() string { return e.AddrPort().Addr().String() }

// AddrPort is the address and port that clients use.
func (e *Endpoint) AddrPort() netip.AddrPort {
	return e.listener.Addr().(*net.TCPAddr).AddrPort()
}

// String is AddrPort as text.
func (e *Endpoint) String() string {
	return net.JoinHostPort(e.Host(), strconv.Itoa(int(e.AddrPort().Port())))
}

// Move sends new connections to other nodes, each in turn, and ends those that
// lead elsewhere. Without any node, clients are reset.
func (e *Endpoint) Move(upstreams ...netip.AddrPort) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.upstreams = slices.Clone(upstreams)
	for c := range e.connections {
		if !slices.Contains(upstreams, c.upstream) {
			c.end()
		}
	}
}

// Leads says whether there is a node behind the endpoint.
func (e *Endpoint) Leads() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.upstreams) > 0
}

// Close ends all connections and frees the address. Nil is no error.
func (e *Endpoint) Close() {
	if e == nil {
		return
	}
	_ = e.listener.Close()
	e.Move()
	e.serving.Wait()
}

func (e *Endpoint) accept() {
	for {
		client, err := e.listener.Accept()
		if err != nil {
			return
		}
		e.serving.Go(func() { e.serve(client.(*net.TCPConn)) })
	}
}

func (e *Endpoint) serve(client *net.TCPConn) {
	if e.gate != nil {
		if from, open := e.gate(client); !open {
			e.logRefusal(from)
			reset(client)
			return
		}
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
func (e *Endpoint) connect(client *net.TCPConn) (*connection, error) {
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

// logRefusal writes at most one line a second, because clients try again at once.
func (e *Endpoint) logRefusal(from string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.refusals++
	if time.Since(e.logged) < time.Second {
		return
	}
	e.log.Warn("connection refused by the security groups",
		"from", from, "to", e.owner, "port", e.AddrPort().Port(), "times", e.refusals)
	e.refusals, e.logged = 0, time.Now()
}
