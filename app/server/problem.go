package server

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"myclothes/app/shop"
)

// problem is an RFC 9457 problem document.
type problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	RequestID string `json:"requestId,omitempty"`
}

// awayRetryAfter is what a visitor is told when a store is away, in seconds.
const awayRetryAfter = "2"

// statuses is the one map from kinds of error to HTTP statuses, and what to say when the error itself
// says nothing that is meant for a visitor.
var statuses = []struct {
	kind   error
	status int
	detail string
}{
	{shop.ErrInvalid, http.StatusUnprocessableEntity, "The request asks for something that is not accepted."},
	{shop.ErrLimit, http.StatusUnprocessableEntity, "The cart is full."},
	{shop.ErrNotFound, http.StatusNotFound, "There is nothing here."},
	{shop.ErrConflict, http.StatusConflict, "This contradicts what is already there."},
	{shop.ErrUnauthenticated, http.StatusUnauthorized, "Sign in first."},
	{shop.ErrTooMany, http.StatusTooManyRequests, "There were too many attempts. Please try again later."},
	{shop.ErrUnavailable, http.StatusServiceUnavailable, "The shop cannot reach one of its stores right now. Please try again in a moment."},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "This takes too long right now. Please try again in a moment."},
	{context.Canceled, http.StatusServiceUnavailable, "The request was given up."},
}

// explain returns the status for an error and the sentence for the visitor.
func explain(err error) (status int, detail string) {
	var malformed *bodyError
	if errors.As(err, &malformed) {
		return malformed.status, malformed.reason
	}
	var refusal *shop.Refusal
	for _, known := range statuses {
		if !errors.Is(err, known.kind) {
			continue
		}
		if errors.As(err, &refusal) {
			return known.status, refusal.Reason
		}
		return known.status, known.detail
	}
	return http.StatusInternalServerError, "Something went wrong here. It has been noted."
}

func (s *server) writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	status, detail := explain(err)
	s.prepareFailure(w, r, status, err)
	writeProblem(w, status, detail)
}

// prepareFailure has a failure of ours logged and says when to come back. A visitor who went away is none.
func (s *server) prepareFailure(w http.ResponseWriter, r *http.Request, status int, err error) {
	if status >= http.StatusInternalServerError && !errors.Is(r.Context().Err(), context.Canceled) {
		noteFailure(w, err)
	}
	if seconds := retryAfter(status, err); seconds != "" {
		w.Header().Set("Retry-After", seconds)
	}
}

func writeProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, status, "application/problem+json", problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail,
		RequestID: w.Header().Get(requestIDHeader),
	})
}

// writeUnrouted answers what no route matches, instead of the mux: with a page if a browser asks.
// For 405 the mux has set Allow.
func (s *server) writeUnrouted(w http.ResponseWriter, r *http.Request, status int) {
	detail := "There is nothing at this address."
	if status == http.StatusMethodNotAllowed {
		detail = r.Method + " is not possible here; " + w.Header().Get("Allow") + " is."
	}
	if !wantsPage(r) {
		writeProblem(w, status, detail)
		return
	}
	lost := func(*http.Request, *shop.Session) (response, error) { return errorPage(r, status, detail), nil }
	s.handle(s.counting(lost), s.writeErrorPage).ServeHTTP(w, r)
}

// denyCrossOrigin uses no session, not even to count what is in the cart: another site must cause nothing.
func (s *server) denyCrossOrigin(w http.ResponseWriter, r *http.Request) {
	const detail = "This request comes from another site. If you meant it, do it here."
	if !wantsPage(r) {
		writeProblem(w, http.StatusForbidden, detail)
		return
	}
	errorPage(r, http.StatusForbidden, detail).write(s, w, r)
}

// wantsPage reports whether it is a browser that asks: they alone prefer HTML.
func wantsPage(r *http.Request) bool { return strings.HasPrefix(r.Header.Get("Accept"), "text/html") }
