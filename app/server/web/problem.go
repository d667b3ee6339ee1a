// Package web is how the shop speaks HTTP, whatever it says: what it accepts as a body, how it answers, how it explains
// an error, who asks, and what it has browsers keep to. It knows no route and no store.
package web

import (
	"context"
	"errors"
	"net/http"

	"myclothes/app/shop"
)

// Problem is an RFC 9457 problem document.
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail,omitempty"`
	RequestID string `json:"requestId,omitempty"`
}

// RequestIDHeader names the request in an answer, and so in the problem document that it is.
const RequestIDHeader = "X-Request-Id"

// AwayRetryAfter is what a visitor is told when a store is away, in seconds.
const AwayRetryAfter = "2"

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

// Explain returns the status for an error and the sentence for the visitor.
func Explain(err error) (status int, detail string) {
	var malformed *BodyError
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

// WriteProblem answers with the problem document of a status.
func WriteProblem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Cache-Control", "no-store")
	WriteJSON(w, status, "application/problem+json", Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail,
		RequestID: w.Header().Get(RequestIDHeader),
	})
}
