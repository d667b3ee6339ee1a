package host

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Endpoint is a stable address and port in front of nodes that come and go, as the
// DNS name of a cache or a database is on AWS. Its gate decides who gets through.
type Endpoint struct {
	gate     UpstreamGate // nil for one that only the cloud itself uses
	refusals *Refusals
	patience time.Duration // how long a client's system waits for a lost machine
	listener net.Listener
	serving  sync.WaitGroup

	mu          sync.Mutex
	upstreams   []netip.AddrPort
	lost        []netip.AddrPort // those whose machines are lost
	next        int              // which upstream the next connection goes to
	connections map[*connection]struct{}
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
func (h *Host) Listen(owner string, address netip.AddrPort, gate UpstreamGate) (*Endpoint, error) {
	listener, err := net.Listen("tcp4", address.String())
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is taken by a program that listens on every address: stop it, or declare another port", address.Port())
	}
	if err != nil {
		return nil, err
	}
	e := &Endpoint{
		gate: gate, refusals: h.Refusals(owner, int(address.Port()), "the security groups"), patience: h.Timings.Scaled(retransmissionTimeout),
		listener: listener, connections: map[*connection]struct{}{},
	}
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

// Move sends new connections to other nodes, each in turn, at once, and resets those that
// lead elsewhere. Without any node, clients are reset. Connections to a lost machine go on
// hanging: nobody is there to reset them.
func (e *Endpoint) Move(upstreams ...netip.AddrPort) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.upstreams, e.lost = slices.Clone(upstreams), nil
	for c := range e.connections {
		if !slices.Contains(upstreams, c.upstream) && !c.lost.Load() {
			c.end()
		}
	}
}

// Fail says that the machine of an upstream is lost, and not only its process. To its
// clients that is silence: connections to it stay open and nothing comes back, and new
// ones hang as well until the endpoint moves, because clients go on using the address
// that a resolver gave them. A client that does not leave is reset when its system would
// give up (retransmissionTimeout). Fail comes before the end of the upstream's process,
// whose last word would be forwarded otherwise.
//
// One thing is not as on AWS: the client's system still has what it sends and its
// keepalive probes acknowledged, so that only a client with deadlines of its own notices.
func (e *Endpoint) Fail(upstream netip.AddrPort) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lost = append(e.lost, upstream)
	for c := range e.connections {
		if c.upstream == upstream {
			c.lose(e.patience)
		}
	}
}

// Upstreams are the nodes that new connections go to.
func (e *Endpoint) Upstreams() []netip.AddrPort {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.upstreams)
}

// Leads says whether there is a node behind the endpoint that is not lost.
func (e *Endpoint) Leads() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.ContainsFunc(e.upstreams, func(upstream netip.AddrPort) bool { return !slices.Contains(e.lost, upstream) })
}

// Close ends all connections and frees the address. Nil is no error.
func (e *Endpoint) Close() {
	if e == nil {
		return
	}
	_ = e.listener.Close()
	e.mu.Lock()
	e.upstreams = nil
	for c := range e.connections {
		c.end()
	}
	e.mu.Unlock()
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
	c, err := e.connect(client)
	if err != nil {
		Reset(client)
		return
	}
	c.run()
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.connections, c)
}

// connect continues a client's connection to a node that the gate lets it pass to, or lets
// it hang when the node's machine is lost.
func (e *Endpoint) connect(client *net.TCPConn) (*connection, error) {
	upstream, lost, err := e.choose()
	if err != nil {
		return nil, err
	}
	if e.gate != nil {
		if from, open := e.gate(client, upstream); !open {
			e.refusals.Add(from)
			return nil, errRefused
		}
	}
	c := &connection{client: client, upstream: upstream}
	if !lost {
		c.node, err = dialNode(upstream)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case lost, slices.Contains(e.lost, upstream):
		c.lose(e.patience)
	case err != nil:
		return nil, err
	case !slices.Contains(e.upstreams, upstream): // it moved meanwhile
		c.end()
		return nil, errNoNode
	}
	e.connections[c] = struct{}{}
	return c, nil
}

// choose returns the node whose turn it is, and whether its machine is lost.
func (e *Endpoint) choose() (upstream netip.AddrPort, lost bool, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.upstreams) == 0 {
		return netip.AddrPort{}, false, errNoNode
	}
	e.next++
	upstream = e.upstreams[e.next%len(e.upstreams)]
	return upstream, slices.Contains(e.lost, upstream), nil
}
