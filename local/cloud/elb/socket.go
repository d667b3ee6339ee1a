package elb

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/host"
)

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
func (l *listener) open(a *host.Authority, port int) error {
	socket, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	l.server = &http.Server{
		Handler:           l,
		ReadHeaderTimeout: defaultIdleTimeout,
		IdleTimeout:       l.balancer.idleTimeout(),
		MaxHeaderBytes:    64 << 10, // ALB's quota
		ErrorLog:          slog.NewLogLogger(l.log.Handler(), slog.LevelDebug),
	}
	balancer := func() *ec2.Interface { return l.balancer.interfaceIn("") }
	gated := l.balancer.traffic.listen(host.Gated(socket, l.balancer.network.GateTo(balancer, l.spec.Port), func(string) {}))
	serve := func() error { return l.server.Serve(gated) }
	if l.spec.Protocol == "HTTPS" {
		certificate, err := a.Issue("localhost", "127.0.0.1")
		if err != nil {
			_ = socket.Close()
			return err
		}
		l.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
		serve = func() error { return l.server.ServeTLS(gated, "", "") }
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
