package server

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"myclothes/app/server/web"
)

// Check looks at one dependency.
type Check struct {
	Name string
	Ping func(ctx context.Context) error
}

const checkTimeout = 2 * time.Second

// Health is what /healthz tells the load balancer: that the instance waits for something, until it is opened, and from
// then on that the process serves. It never closes again: an instance whose stores are away must not be replaced by
// one whose stores are away too.
type Health struct {
	opened  atomic.Bool
	waiting atomic.Pointer[string]
}

// Open makes the instance healthy for good.
func (h *Health) Open() { h.opened.Store(true) }

// Opened reports whether the instance is healthy.
func (h *Health) Opened() bool { return h.opened.Load() }

// WaitFor says what keeps the instance from being healthy, to anybody who asks.
func (h *Health) WaitFor(what string) { h.waiting.Store(&what) }

func (h *Health) serve(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if h.Opened() {
		io.WriteString(w, "ok\n")
		return
	}
	w.WriteHeader(http.StatusServiceUnavailable)
	if what := h.waiting.Load(); what != nil {
		io.WriteString(w, "waiting for "+*what+"\n")
	}
}

type readiness struct {
	Status       string             `json:"status"`
	Dependencies []dependencyStatus `json:"dependencies"`
}

type dependencyStatus struct {
	Name   string  `json:"name"`
	Status string  `json:"status"` // up, away
	Millis float64 `json:"ms"`
}

// serveReadiness looks at every dependency, for people. Why one is away is in the log only.
func (s *server) serveReadiness(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	results := make([]chan dependencyStatus, len(s.Checks))
	for i, check := range s.Checks {
		results[i] = make(chan dependencyStatus, 1)
		go func() { results[i] <- s.look(ctx, check) }()
	}
	answer, status := readiness{Status: "ready", Dependencies: []dependencyStatus{}}, http.StatusOK
	for _, result := range results {
		dependency := <-result
		answer.Dependencies = append(answer.Dependencies, dependency)
		if dependency.Status != "up" {
			answer.Status, status = "not ready", http.StatusServiceUnavailable
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	web.WriteJSON(w, status, "application/json", answer)
}

func (s *server) look(ctx context.Context, check Check) dependencyStatus {
	start := time.Now()
	err := check.Ping(ctx)
	result := dependencyStatus{Name: check.Name, Status: "up", Millis: float64(time.Since(start).Microseconds()) / 1000}
	if err != nil {
		result.Status = "away"
		s.Log.Warn("dependency is away", "dependency", check.Name, "error", err)
	}
	return result
}
