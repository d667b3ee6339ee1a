package elb

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// idleLimit is the idle timeout of the load balancer in these tests.
const idleLimit = time.Minute

// pipeline is a load balancer with one target, which a handler is, without a network: its
// clock is a bubble's.
type pipeline struct {
	*listener
	group *Targets
}

func newPipeline(t *testing.T, service http.HandlerFunc) *pipeline {
	t.Helper()
	group := idleGroup(t, TargetGroup{Port: 8080})
	conns := make(pipes)
	server := &http.Server{Handler: service}
	go func() { _ = server.Serve(conns) }()
	t.Cleanup(func() { _ = server.Close() })
	group.targets[0].transport = &http.Transport{DisableKeepAlives: true, DialContext: conns.dial}
	balancer := &loadBalancer{spec: LoadBalancer{IdleTimeout: new(int(idleLimit.Seconds()))}}
	log := slog.New(slog.DiscardHandler)
	l := &listener{balancer: balancer, log: log, server: &http.Server{ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}}
	return &pipeline{l, group}
}

// pipes are the connections that a server accepts, without a network.
type pipes chan net.Conn

func (p pipes) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	p <- far
	return near, nil
}

func (p pipes) Accept() (net.Conn, error) {
	conn, open := <-p
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (p pipes) Close() error {
	close(p)
	return nil
}

func (pipes) Addr() net.Addr { return &net.IPAddr{} }

// client is one that can be made to give up, as a connection's can.
type client struct {
	*httptest.ResponseRecorder
	body io.ReadCloser
}

// SetReadDeadline ends reading: it is only set to now.
func (c client) SetReadDeadline(time.Time) error { return c.body.Close() }

// ask sends a request through the load balancer. aborted says that the answer was cut off.
func (p *pipeline) ask(body io.ReadCloser) (answer *httptest.ResponseRecorder, aborted bool) {
	answer = httptest.NewRecorder()
	defer func() { aborted = recover() != nil }()
	request := httptest.NewRequest(http.MethodPost, "http://shop/", body)
	ctx := context.WithValue(request.Context(), http.ServerContextKey, p.server) // as in a server
	p.forward(client{answer, body}, request.WithContext(ctx), p.group)
	return answer, false
}

// trickle writes a byte now and then.
func trickle(to io.Writer, bytes int, every time.Duration) {
	for range bytes {
		time.Sleep(every)
		_, _ = to.Write([]byte("x"))
		if answer, ok := to.(http.Flusher); ok {
			answer.Flush()
		}
	}
}

func readAll(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	_, _ = w.Write(text)
}

func TestAnUploadThatGoesOnIsNotCutHoweverLongItTakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body, client := io.Pipe()
		go func() {
			trickle(client, 10, idleLimit-time.Second)
			_ = client.Close()
		}()
		answer, aborted := newPipeline(t, readAll).ask(body)
		require.False(t, aborted)
		require.Equal(t, http.StatusOK, answer.Code)
		require.Equal(t, "xxxxxxxxxx", answer.Body.String())
	})
}

func TestAnUploadThatStallsIsA408(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		body, client := io.Pipe()
		defer client.Close()
		go trickle(client, 2, idleLimit-time.Second)
		began := time.Now()
		answer, _ := newPipeline(t, readAll).ask(body)
		require.Equal(t, http.StatusRequestTimeout, answer.Code)
		require.Equal(t, 3*idleLimit-2*time.Second, time.Since(began))
	})
}

func TestADownloadThatGoesOnIsNotCutHoweverLongItTakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer, aborted := newPipeline(t, func(w http.ResponseWriter, _ *http.Request) {
			trickle(w, 10, idleLimit-time.Second)
		}).ask(http.NoBody)
		require.False(t, aborted)
		require.Equal(t, "xxxxxxxxxx", answer.Body.String())
	})
}

func TestADownloadThatStallsIsCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		resume := make(chan struct{})
		began := time.Now()
		answer, aborted := newPipeline(t, func(w http.ResponseWriter, _ *http.Request) {
			trickle(w, 1, time.Second)
			<-resume
		}).ask(http.NoBody)
		require.True(t, aborted)
		require.Equal(t, "x", answer.Body.String())
		require.Equal(t, idleLimit+time.Second, time.Since(began))
		close(resume)
	})
}

func TestATargetThatHasTheWholeRequestAndDoesNotAnswerIsA504(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		resume := make(chan struct{})
		defer close(resume)
		body, client := io.Pipe()
		go func() {
			trickle(client, 2, idleLimit-time.Second)
			_ = client.Close()
		}()
		began := time.Now()
		answer, _ := newPipeline(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			<-resume
		}).ask(body)
		require.Equal(t, http.StatusGatewayTimeout, answer.Code)
		require.Equal(t, 3*idleLimit-2*time.Second, time.Since(began))
	})
}
