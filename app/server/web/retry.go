package web

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"myclothes/app/shop"
)

// Moment is the longest wait that people are not told the length of.
const Moment = 2 * time.Second

// tooManyAttempts is a refusal that passes after a time.
type tooManyAttempts struct {
	error
	wait time.Duration
}

// TooMany refuses what was done too often, with when to try again.
func TooMany(what string, wait time.Duration) error {
	when := fmt.Sprintf("in %d minutes", int(math.Ceil(wait.Minutes())))
	switch {
	case wait <= Moment:
		when = "in a moment"
	case wait <= time.Minute:
		when = "in a minute"
	}
	return &tooManyAttempts{shop.Refuse(shop.ErrTooMany, what+": try again "+when), wait}
}

// Unwrap leads to the refusal.
func (e *tooManyAttempts) Unwrap() error { return e.error }

// RetryAfter is the value of the Retry-After header for an error, in seconds; empty for none.
func RetryAfter(status int, err error) string {
	var many *tooManyAttempts
	switch {
	case errors.As(err, &many):
		return strconv.Itoa(int(math.Ceil(many.wait.Seconds())))
	case status == http.StatusServiceUnavailable:
		return AwayRetryAfter
	}
	return ""
}
