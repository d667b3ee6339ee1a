package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"myclothes/app/password"
	"myclothes/app/server/web"
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
		return web.TooMany("there were too many attempts", wait)
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
		if wait := s.Throttle.SessionWait(web.ClientOf(r)); wait > 0 {
			return web.TooMany("too many carts were begun from your network", wait)
		}
		return nil
	})
}

// countSession counts the session that the request has begun, if it has.
func (s *server) countSession(r *http.Request, session *shop.Session) {
	if session.Begun() {
		s.Throttle.SessionBegun(web.ClientOf(r))
	}
}

// passwordWait is when to come back after so many others had their passwords looked at first.
const passwordWait = web.Moment

// whenBusy says so to a visitor whose password was not looked at.
func whenBusy(err error) error {
	if errors.Is(err, password.ErrBusy) {
		return web.TooMany("many people sign in right now", passwordWait)
	}
	return err
}
