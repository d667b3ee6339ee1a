package server

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
	"github.com/prometheus/client_golang/prometheus/collectors"
)

const (
	requestIDHeader  = "X-Request-Id"
	traceHeader      = "X-Amzn-Trace-Id" // set by the load balancer
	maxTraceIDLength = 128
)

// buckets are the upper bounds of durations in metrics, in seconds.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}

func newMetrics(store string, parts []prometheus.Collector) (*prometheus.Registry, *prometheus.HistogramVec) {
	registry := prometheus.NewRegistry()
	requests := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:        "http_request_duration_seconds",
		Help:        "Time to answer, by route pattern and status.",
		Buckets:     buckets,
		ConstLabels: prometheus.Labels{"store": store},
	}, []string{"route", "code"})
	registry.MustRegister(requests, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(parts...)
	return registry, requests
}

// observe names the instance in every response, gives the request an identifier, measures and logs it,
// and turns a panic into a problem. Addresses, cookies and queries are not logged: they are personal.
func (s *server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		id := requestID(r)
		header := w.Header()
		header.Set("X-Instance-Id", s.InstanceID)
		header.Set("X-Availability-Zone", s.AvailabilityZone)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set(requestIDHeader, id)
		recorded := &recorder{ResponseWriter: w, request: r, server: s}
		defer func() {
			if cause := recover(); cause != nil {
				s.answerPanic(recorded, r, cause)
			}
			s.record(recorded, r, id, time.Since(start))
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

func (s *server) answerPanic(w *recorder, r *http.Request, cause any) {
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	s.Log.Error("panic", "route", r.Pattern, "cause", cause, "stack", string(debug.Stack()))
	if w.status == 0 {
		writeProblem(w, http.StatusInternalServerError, "Something went wrong here. It has been noted.")
	}
}

// clientClosedRequest is the status under which a request is counted that nobody waited for, as nginx does. The
// answer itself has another: nobody reads it.
const clientClosedRequest = 499

func (s *server) record(w *recorder, r *http.Request, id string, took time.Duration) {
	route, status := r.Pattern, w.status
	if route == "" {
		route = "none"
	}
	if status == http.StatusServiceUnavailable && errors.Is(r.Context().Err(), context.Canceled) {
		status = clientClosedRequest
	}
	s.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
	level := slog.LevelInfo
	if route == "GET /healthz" || route == "GET /metrics" {
		level = slog.LevelDebug
	}
	if !s.Log.Enabled(r.Context(), level) {
		return
	}
	leftOut, logged := int64(0), true
	if status < http.StatusInternalServerError && took < slowRequest {
		leftOut, logged = s.access.pass(time.Now())
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
	s.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// recorder remembers what was answered, and answers in the mux's place when no route matches: the mux
// would send plain text.
type recorder struct {
	http.ResponseWriter
	request  *http.Request
	server   *server
	status   int
	bytes    int64
	failure  error // of ours, to be logged
	unrouted bool  // the rest of the mux's answer is dropped
}

// noteFailure has the line of the request say what it failed for.
func noteFailure(w http.ResponseWriter, err error) {
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
		w.server.writeUnrouted(w.ResponseWriter, w.request, status)
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
