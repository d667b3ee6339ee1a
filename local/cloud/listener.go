package cloud

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Listener is aws:lb/listener:Listener.
type Listener struct {
	LoadBalancerARN string   `json:"loadBalancerArn"`
	Port            int      `json:"port"`
	Protocol        string   `json:"protocol"` // "HTTP" or "HTTPS"
	DefaultActions  []Action `json:"defaultActions"`
}

// listeners implements Service[Listener].
type listeners struct {
	cloud     *Cloud
	ports     map[int]int
	balancers *loadBalancers
	groups    *targetGroups
	listeners *records[*listener]
}

func newListeners(c *Cloud, o Options, balancers *loadBalancers, groups *targetGroups) *listeners {
	return &listeners{c, o.ListenerPorts, balancers, groups, newRecords[*listener]()}
}

func (s *listeners) Create(_ context.Context, r Resource, spec Listener) (Outputs, error) {
	balancer, err := s.balancers.find(spec.LoadBalancerARN)
	if err != nil {
		return nil, fmt.Errorf("listener on port %d: %w", spec.Port, err)
	}
	l := &listener{id: r.ID, balancer: balancer, log: s.cloud.log, spec: spec}
	if err := s.start(l, spec); err != nil {
		return nil, fmt.Errorf("listener on port %d of %s: %w", spec.Port, balancer.name, err)
	}
	s.listeners.put(r, l)
	balancer.mu.Lock()
	defer balancer.mu.Unlock()
	balancer.listeners[r.ID] = l
	return nil, nil
}

func (s *listeners) start(l *listener, spec Listener) error {
	routes, err := s.routes(spec)
	if err != nil {
		return err
	}
	if err := l.open(s.cloud, s.ports[spec.Port]); err != nil {
		return err
	}
	l.route(spec, routes)
	return nil
}

// Update changes actions without closing a connection; another port or protocol
// is another socket.
func (s *listeners) Update(ctx context.Context, r Resource, spec Listener) (Outputs, error) {
	record, ok := s.listeners.find(r.ID)
	if !ok {
		return s.Create(ctx, r, spec)
	}
	l := record.spec
	if was := l.declared(); was.Port != spec.Port || was.Protocol != spec.Protocol {
		if err := s.Delete(ctx, r); err != nil {
			return nil, err
		}
		return s.Create(ctx, r, spec)
	}
	routes, err := s.routes(spec)
	if err != nil {
		return nil, err
	}
	l.route(spec, routes)
	return nil, nil
}

func (s *listeners) Delete(ctx context.Context, r Resource) error {
	if l, ok := s.listeners.find(r.ID); ok {
		l.spec.balancer.mu.Lock()
		delete(l.spec.balancer.listeners, r.ID)
		l.spec.balancer.mu.Unlock()
		l.spec.close(ctx)
	}
	return s.listeners.Delete(ctx, r)
}

// routes finds the target groups that the default action forwards to.
func (s *listeners) routes(spec Listener) ([]route, error) {
	if len(spec.DefaultActions) != 1 {
		return nil, fmt.Errorf("%d default actions: only one is supported here", len(spec.DefaultActions))
	}
	var routes []route
	for _, weighted := range spec.DefaultActions[0].targetGroups() {
		group, err := s.groups.find(weighted.ARN)
		if err != nil {
			return nil, err
		}
		weight := 1
		if weighted.Weight != nil {
			weight = *weighted.Weight
		}
		routes = append(routes, route{group, weight})
	}
	return routes, nil
}

// listener serves a declared port of a load balancer.
type listener struct {
	id       string
	balancer *loadBalancer
	log      *slog.Logger
	server   *http.Server
	socket   net.Listener
	served   sync.WaitGroup
	complain limit

	mu     sync.RWMutex
	spec   Listener
	routes []route
}

// open listens on a port of 127.0.0.1, 0 for a free one.
func (l *listener) open(c *Cloud, port int) error {
	socket, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	l.server = &http.Server{
		Handler:           l,
		ReadHeaderTimeout: defaultIdleTimeout,
		IdleTimeout:       l.balancer.idleTimeout(),
		MaxHeaderBytes:    64 << 10, // ALB's quota
		ErrorLog:          slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
	}
	guarded := guard{socket, func(conn net.Conn) bool {
		return c.network.permits(c.network.source(conn), l.balancer.interfaceIn(""), l.declared().Port)
	}}
	serve := func() error { return l.server.Serve(guarded) }
	if l.spec.Protocol == "HTTPS" {
		certificate, err := c.serverCertificate("localhost", "127.0.0.1")
		if err != nil {
			_ = socket.Close()
			return err
		}
		l.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
		serve = func() error { return l.server.ServeTLS(guarded, "", "") }
	}
	l.socket = socket
	l.served.Go(func() { _ = serve() }) // ends with ErrServerClosed
	return nil
}

// route takes a new declaration into force.
func (l *listener) route(spec Listener, routes []route) {
	l.mu.Lock()
	old := l.routes
	l.spec, l.routes = spec, routes
	l.mu.Unlock()
	for _, r := range old {
		r.group.detach(l.id)
	}
	for _, r := range routes {
		r.group.attach(l.id, l.balancer)
	}
}

func (l *listener) declared() Listener {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.spec
}

func (l *listener) url() string {
	scheme := "http"
	if l.declared().Protocol == "HTTPS" {
		scheme = "https"
	}
	return scheme + "://" + l.socket.Addr().String()
}

// close answers the requests in flight, for a moment, and takes no more.
func (l *listener) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if l.server.Shutdown(ctx) != nil {
		_ = l.server.Close()
	}
	l.served.Wait()
	l.route(l.declared(), nil)
}

// guard resets connections that it does not admit.
type guard struct {
	net.Listener
	admit func(net.Conn) bool
}

func (g guard) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil || g.admit(conn) {
			return conn, err
		}
		reset(conn)
	}
}
