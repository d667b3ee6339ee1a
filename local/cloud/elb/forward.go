package elb

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/elb/connection"
)

// forwarding is one request on its way to a target group.
type forwarding struct {
	listener *listener
	group    *Targets
	client   *http.ResponseController
	bound    binding // what its stickiness cookie says
	target   *target // who gets it, once that is chosen
}

// buffers are what responses are copied through.
type buffers struct{ pool sync.Pool }

const bufferSize = 32 << 10

var copyBuffers = &buffers{sync.Pool{New: func() any { return new([bufferSize]byte) }}}

// Get lends a buffer.
func (b *buffers) Get() []byte { return b.pool.Get().(*[bufferSize]byte)[:] }

// Put takes it back.
func (b *buffers) Put(buffer []byte) { b.pool.Put((*[bufferSize]byte)(buffer)) }

func (l *listener) forward(w http.ResponseWriter, r *http.Request, group *Targets) {
	if group == nil {
		l.balancer.traffic.answered(http.StatusServiceUnavailable)
		writePage(w, http.StatusServiceUnavailable)
		return
	}
	f := &forwarding{listener: l, group: group, client: http.NewResponseController(w), bound: group.bindingOf(r)}
	defer func() {
		if f.target != nil {
			group.release(f.target)
		}
	}()
	proxy := httputil.ReverseProxy{
		Rewrite:        f.rewrite,
		Transport:      measured{f},
		ModifyResponse: f.answer,
		ErrorHandler:   f.fail,
		ErrorLog:       l.server.ErrorLog,
		BufferPool:     copyBuffers,
	}
	proxy.ServeHTTP(w, r)
}

// rewrite adds the headers that ALB adds. The host stays the client's.
func (f *forwarding) rewrite(p *httputil.ProxyRequest) {
	client, _, _ := net.SplitHostPort(p.In.RemoteAddr)
	chain := append(p.In.Header.Values("X-Forwarded-For"), client)
	declared := f.listener.declared()
	p.Out.URL.Scheme = "http"
	p.Out.Header.Set("X-Forwarded-For", strings.Join(chain, ", "))
	p.Out.Header.Set("X-Forwarded-Proto", strings.ToLower(declared.Protocol))
	p.Out.Header.Set("X-Forwarded-Port", strconv.Itoa(declared.Port))
	trace, self := p.In.Header.Get("X-Amzn-Trace-Id"), traceID()
	if strings.Contains(trace, "Root=") {
		p.Out.Header.Set("X-Amzn-Trace-Id", "Self="+self+";"+trace)
	} else {
		p.Out.Header.Set("X-Amzn-Trace-Id", "Root="+self)
	}
}

func traceID() string {
	random := make([]byte, 12)
	_, _ = rand.Read(random) // never fails
	return fmt.Sprintf("1-%08x-%s", time.Now().Unix(), hex.EncodeToString(random))
}

// RoundTrip sends the request to one target, once. A target that refuses the connection or
// closes it is an error, which becomes a 502, and no other is tried
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-502-issues).
// net/http itself repeats a GET whose kept-alive connection turns out to be closed; ALB
// answers 502 there, too.
func (f *forwarding) RoundTrip(r *http.Request) (*http.Response, error) {
	t, err := f.group.pick(f.bound.target)
	if err != nil {
		return nil, err
	}
	f.target = t
	ctx, cancel := context.WithCancelCause(r.Context()) // which ends with the request's own
	watch := connection.WatchIdle(f.listener.balancer.idleTimeout(), f.client, cancel)
	attempt := r.Clone(ctx)
	attempt.URL.Host = t.eni.Local.String()
	attempt.Body = watch.Request(r.Body)
	response, err := t.transport.RoundTrip(attempt)
	if err != nil {
		watch.Stop()
		return nil, causeOf(ctx, err)
	}
	watch.Answer(response)
	return response, nil
}

func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

func (f *forwarding) answer(response *http.Response) error {
	f.group.bind(response, f.bound, f.target.id)
	return nil
}

// fail answers for a target that did not.
func (f *forwarding) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusBadGateway
	switch {
	case errors.Is(err, context.Canceled):
		status = 460 // ALB's for a client that left
	case errors.Is(err, errNoTargets):
		status = http.StatusServiceUnavailable
	case errors.Is(err, connection.ErrClientIdle):
		status = http.StatusRequestTimeout
	case errors.Is(err, ec2.ErrRefused), errors.Is(err, connection.ErrIdle), errors.Is(err, context.DeadlineExceeded):
		// A refused packet is dropped on AWS, so that the connection times out.
		status = http.StatusGatewayTimeout
	}
	if status != 460 && f.listener.complain.allow(time.Second) {
		f.listener.log.Warn("load balancer answers for a target", "status", status, "path", r.URL.Path, "because", err)
	}
	f.listener.balancer.traffic.answered(status)
	writePage(w, status)
}

// limit lets one event pass in a while.
type limit struct{ last atomic.Int64 }

func (l *limit) allow(every time.Duration) bool {
	last, now := l.last.Load(), time.Now().UnixNano()
	return now-last >= int64(every) && l.last.CompareAndSwap(last, now)
}
