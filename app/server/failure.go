package server

import (
	"context"
	"errors"
	"net/http"

	"myclothes/app/server/observe"
	"myclothes/app/server/web"
	"myclothes/app/shop"
)

func (s *server) writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	status, detail := web.Explain(err)
	s.prepareFailure(w, r, status, err)
	web.WriteProblem(w, status, detail)
}

// prepareFailure has a failure of ours logged and says when to come back. A visitor who went away is none.
func (s *server) prepareFailure(w http.ResponseWriter, r *http.Request, status int, err error) {
	if status >= http.StatusInternalServerError && !errors.Is(r.Context().Err(), context.Canceled) {
		observe.NoteFailure(w, err)
	}
	if seconds := web.RetryAfter(status, err); seconds != "" {
		w.Header().Set("Retry-After", seconds)
	}
}

// writeUnrouted answers what no route matches, instead of the mux: with a page if a browser asks.
// For 405 the mux has set Allow.
func (s *server) writeUnrouted(w http.ResponseWriter, r *http.Request, status int) {
	detail := "There is nothing at this address."
	if status == http.StatusMethodNotAllowed {
		detail = r.Method + " is not possible here; " + w.Header().Get("Allow") + " is."
	}
	if !web.WantsPage(r) {
		web.WriteProblem(w, status, detail)
		return
	}
	lost := func(*http.Request, *shop.Session) (response, error) { return errorPage(r, status, detail), nil }
	s.handle(s.counting(lost), s.writeErrorPage).ServeHTTP(w, r)
}

// denyCrossOrigin uses no session, not even to count what is in the cart: another site must cause nothing.
func (s *server) denyCrossOrigin(w http.ResponseWriter, r *http.Request) {
	const detail = "This request comes from another site. If you meant it, do it here."
	if !web.WantsPage(r) {
		web.WriteProblem(w, http.StatusForbidden, detail)
		return
	}
	errorPage(r, http.StatusForbidden, detail).write(s, w, r)
}
