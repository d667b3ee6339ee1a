// Package connection is what a load balancer sees of its connections: it ends requests on
// which nothing moves for the idle timeout, and counts connections and bytes.
package connection

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The ends of a request on which nothing moves for the idle timeout: it counts from the
// last byte in either direction
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout).
var (
	ErrIdle       = errors.New("the target did not answer within the idle timeout")
	ErrClientIdle = errors.New("the client did not send its request within the idle timeout")
)

// IdleWatch ends a request on which no byte has moved for the idle timeout. What it
// passes on counts when it is read, so that a client which takes less than a buffer of
// the answer in that time is cut off as well.
type IdleWatch struct {
	timeout   time.Duration
	client    *http.ResponseController
	end       func(error) // ends the attempt
	timer     *time.Timer
	sending   atomic.Bool // the load balancer waits for the client's next bytes
	answering atomic.Bool // the answer has begun

	mu   sync.Mutex
	over bool // the client's connection is another request's now
}

// WatchIdle begins to watch over a request of a client; end is told why it is over.
func WatchIdle(timeout time.Duration, client *http.ResponseController, end func(error)) *IdleWatch {
	w := &IdleWatch{timeout: timeout, client: client, end: end}
	w.timer = time.AfterFunc(timeout, w.expire)
	return w
}

// expire ends the attempt, and frees who waits for the client.
func (w *IdleWatch) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		return
	}
	if w.sending.Load() {
		w.end(ErrClientIdle)
		_ = w.client.SetReadDeadline(time.Now())
		return
	}
	w.end(ErrIdle)
	if w.answering.Load() {
		_ = w.client.SetWriteDeadline(time.Now())
	}
}

// Stop ends the watch.
func (w *IdleWatch) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.timer.Stop()
}

// moved begins the idle timeout anew.
func (w *IdleWatch) moved() { w.timer.Reset(w.timeout) }

// Request watches a request's body on its way to the target.
func (w *IdleWatch) Request(body io.ReadCloser) io.ReadCloser {
	if body == nil || body == http.NoBody {
		return body
	}
	return &requestBody{body, w}
}

type requestBody struct {
	io.ReadCloser
	watch *IdleWatch
}

// Read reads what the client sends.
func (b *requestBody) Read(p []byte) (int, error) {
	b.watch.sending.Store(true)
	n, err := b.ReadCloser.Read(p)
	b.watch.sending.Store(false)
	if n > 0 {
		b.watch.moved()
	}
	return n, err
}

// Answer watches an answer's body on its way to the client, and ends the watch with it.
// Where the protocol is switched, both sides keep their own time.
func (w *IdleWatch) Answer(response *http.Response) {
	if response.StatusCode == http.StatusSwitchingProtocols {
		w.Stop()
		return
	}
	w.moved()
	w.answering.Store(true)
	response.Body = &answerBody{response.Body, w}
}

type answerBody struct {
	io.ReadCloser
	watch *IdleWatch
}

// Read reads what the target answers.
func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.watch.moved()
	}
	return n, err
}

// Close ends the watch.
func (b *answerBody) Close() error {
	b.watch.Stop()
	return b.ReadCloser.Close()
}
