package server

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"myclothes/app/password"
	"myclothes/app/shop"
)

// Throttle bounds how often passwords and e-mail addresses can be guessed, how often the right ones can be used, and
// how many sessions somebody can begin. A throttle whose store is away decides by what it remembers itself: it never
// fails.
type Throttle interface {
	// Begin counts an attempt and returns 0, or returns how long to wait because there were too many. It
	// counts before the attempt has ended, so that many at the same moment do not all get through.
	Begin(ctx context.Context, a shop.Attempt) (wait time.Duration)

	// Succeeded, Failed and Abandoned end an attempt that was begun: the guess was right, it was wrong, or
	// it was not looked at.
	Succeeded(ctx context.Context, a shop.Attempt)
	Failed(ctx context.Context, a shop.Attempt)
	Abandoned(ctx context.Context, a shop.Attempt)

	// SessionBegun counts a session that the client has begun to fill a cart, without keeping the caller waiting.
	SessionBegun(client string)
	// SessionWait returns how long the client may not begin another one. It asks nobody and takes no time.
	SessionWait(client string) time.Duration
}

// attempt begins one, or refuses it because there were too many.
func (s *server) attempt(ctx context.Context, a shop.Attempt) error {
	if wait := s.Throttle.Begin(ctx, a); wait > 0 {
		return tooMany("there were too many attempts", wait)
	}
	return nil
}

// end tells the throttle how an attempt ended: ErrConflict is what an account says that somebody tries to open
// again. A visitor who went away meanwhile does not undo that.
func (s *server) end(ctx context.Context, a shop.Attempt, err error) {
	ctx = context.WithoutCancel(ctx)
	switch {
	case err == nil:
		s.Throttle.Succeeded(ctx, a)
	case errors.Is(err, shop.ErrUnauthenticated), errors.Is(err, shop.ErrConflict):
		s.Throttle.Failed(ctx, a)
	default:
		s.Throttle.Abandoned(ctx, a)
	}
}

// limitSessions refuses a session to a client that has begun too many. With the one they have, they go on.
func (s *server) limitSessions(r *http.Request, session *shop.Session) {
	session.BeginIf(func() error {
		if wait := s.Throttle.SessionWait(clientOf(r)); wait > 0 {
			return tooMany("too many carts were begun from your network", wait)
		}
		return nil
	})
}

// countSession counts the session that the request has begun, if it has.
func (s *server) countSession(r *http.Request, session *shop.Session) {
	if session.Begun() {
		s.Throttle.SessionBegun(clientOf(r))
	}
}

// tooManyAttempts is a refusal that passes after a time.
type tooManyAttempts struct {
	error
	wait time.Duration
}

func tooMany(what string, wait time.Duration) error {
	when := fmt.Sprintf("in %d minutes", int(math.Ceil(wait.Minutes())))
	switch {
	case wait <= passwordWait:
		when = "in a moment"
	case wait <= time.Minute:
		when = "in a minute"
	}
	return &tooManyAttempts{shop.Refuse(shop.ErrTooMany, what+": try again "+when), wait}
}

// passwordWait is when to come back after so many others had their passwords looked at first.
const passwordWait = 2 * time.Second

// whenBusy says so to a visitor whose password was not looked at.
func whenBusy(err error) error {
	if errors.Is(err, password.ErrBusy) {
		return tooMany("many people sign in right now", passwordWait)
	}
	return err
}

// Unwrap leads to the refusal.
func (e *tooManyAttempts) Unwrap() error { return e.error }

// retryAfter is the value of the Retry-After header for an error, in seconds; empty for none.
func retryAfter(status int, err error) string {
	var many *tooManyAttempts
	switch {
	case errors.As(err, &many):
		return strconv.Itoa(int(math.Ceil(many.wait.Seconds())))
	case status == http.StatusServiceUnavailable:
		return awayRetryAfter
	}
	return ""
}

// clientOf is the address that a request comes from. The load balancer appends the address it sees to
// X-Forwarded-For; whatever stands before it was made up by the visitor. Nobody but the load balancer can
// reach an instance (see infra/network/securitygroups.go), so its entry is to be trusted. Without one, it is whoever
// connected. One customer has a whole /64 network of IPv6 addresses, so that network is the client.
func clientOf(r *http.Request) string {
	given := ""
	if chain := r.Header.Values("X-Forwarded-For"); len(chain) > 0 {
		last := chain[len(chain)-1]
		given = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	}
	address, err := netip.ParseAddr(given)
	if err != nil {
		connected, _ := netip.ParseAddrPort(r.RemoteAddr)
		address = connected.Addr()
	}
	address = address.Unmap().WithZone("")
	if network, err := address.Prefix(64); address.Is6() && err == nil {
		return network.String()
	}
	return address.String()
}
