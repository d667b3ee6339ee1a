// Package observe is what happens around every request, whatever it asks: it is named, measured, logged, and answered even
// if the service panics.
package observe

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"myclothes/app/server/web"
)

const (
	traceHeader      = "X-Amzn-Trace-Id" // set by the load balancer
	maxTraceIDLength = 128
)

// Config is what an Observer needs, all of it.
type Config struct {
	InstanceID       string
	AvailabilityZone string
	Log              *slog.Logger
	Requests         *prometheus.HistogramVec // in seconds, by route and code

	// Unrouted answers what no route matches, with the status that the mux has chosen: 404 or 405.
	Unrouted func(w http.ResponseWriter, r *http.Request, status int)
}

// Observer observes the requests of a service. Safe for concurrent use.
type Observer struct {
	Config
	access thinner
}

// New returns an Observer that has seen nothing yet.
func New(cfg Config) *Observer {
	return &Observer{Config: cfg, access: thinner{limit: accessLinesPerSecond}}
}

// Handler names the instance in every response, gives the request an identifier, measures and logs it,
// and turns a panic into a problem. Addresses, cookies and queries are not logged: they are personal.
func (o *Observer) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := requestID(r)
		header := w.Header()
		header.Set("X-Instance-Id", o.InstanceID)
		header.Set("X-Availability-Zone", o.AvailabilityZone)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set(web.RequestIDHeader, id)
		recorded := &recorder{ResponseWriter: w, request: r, observer: o}
		defer func() {
			if cause := recover(); cause != nil {
				o.answerPanic(recorded, r, cause)
			}
			o.record(recorded, r, id, time.Since(start))
		}()
		next.ServeHTTP(recorded, r)
	})
}

func requestID(r *http.Request) string {
	if id := r.Header.Get(traceHeader); id != "" && len(id) <= maxTraceIDLength {
		return id
	}
	return rand.Text()
}

func (o *Observer) answerPanic(w *recorder, r *http.Request, cause any) {
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	o.Log.Error("panic", "route", r.Pattern, "cause", cause, "stack", string(debug.Stack()))
	if w.status == 0 {
		web.WriteProblem(w, http.StatusInternalServerError, "Something went wrong here. It has been noted.")
	}
}

// clientClosedRequest is the status under which a request is counted that nobody waited for, as nginx does. The
// answer itself has another: nobody reads it.
const clientClosedRequest = 499

func (o *Observer) record(w *recorder, r *http.Request, id string, took time.Duration) {
	route, status := r.Pattern, w.status
	if route == "" {
		route = "none"
	}
	if status == http.StatusServiceUnavailable && errors.Is(r.Context().Err(), context.Canceled) {
		status = clientClosedRequest
	}
	o.Requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
	level := slog.LevelInfo
	if route == "GET /healthz" || route == "GET /metrics" {
		level = slog.LevelDebug
	}
	if !o.Log.Enabled(r.Context(), level) {
		return
	}
	leftOut, logged := int64(0), true
	if status < http.StatusInternalServerError && took < slowRequest {
		leftOut, logged = o.access.pass(time.Now())
	}
	if !logged {
		return
	}
	attrs := append(make([]slog.Attr, 0, 6), slog.String("route", route), slog.Int("status", status), slog.Int64("bytes", w.bytes),
		slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("requestId", id))
	if leftOut > 0 {
		attrs = append(attrs, slog.Int64("leftOut", leftOut))
	}
	if w.failure != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("error", w.failure))
	}
	o.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// recorder remembers what was answered, and answers in the mux's place when no route matches: the mux
// would send plain text.
type recorder struct {
	http.ResponseWriter
	request  *http.Request
	observer *Observer
	status   int
	bytes    int64
	failure  error // of ours, to be logged
	unrouted bool  // the rest of the mux's answer is dropped
}

// NoteFailure has the line of the request say what it failed for.
func NoteFailure(w http.ResponseWriter, err error) {
	for {
		switch inner := w.(type) {
		case *recorder:
			inner.failure = err
			return
		case interface{ Unwrap() http.ResponseWriter }:
			w = inner.Unwrap()
		default:
			return
		}
	}
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	if w.request.Pattern == "" && !w.unrouted && (status == http.StatusNotFound || status == http.StatusMethodNotAllowed) {
		w.unrouted = true
		w.observer.Unrouted(w.ResponseWriter, w.request, status)
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.unrouted {
		return len(p), nil
	}
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController and http.MaxBytesReader reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
