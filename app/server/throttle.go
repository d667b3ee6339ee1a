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

	"myclothes/app/shop"
)

// Throttle bounds how often passwords and e-mail addresses can be guessed. account is the address as it was
// normalized, whether there is such an account or not; empty for somebody who opens one, of whom only client,
// where they come from, is judged. A throttle whose store is away decides by what it remembers itself: it
// never fails.
type Throttle interface {
	// Begin counts an attempt and returns 0, or returns how long to wait because there were too many. It
	// counts before the attempt has ended, so that many at the same moment do not all get through.
	Begin(ctx context.Context, account, client string) (wait time.Duration)

	// Succeeded, Failed and Abandoned end an attempt that was begun: the guess was right, it was wrong, or
	// it was not looked at.
	Succeeded(ctx context.Context, account, client string)
	Failed(ctx context.Context, account, client string)
	Abandoned(ctx context.Context, account, client string)
}

// end tells the throttle how an attempt ended: ErrConflict is what an account says that somebody tries to open
// again. A visitor who went away meanwhile does not undo that.
func (s *server) end(ctx context.Context, account, client string, err error) {
	ctx = context.WithoutCancel(ctx)
	switch {
	case err == nil:
		s.Throttle.Succeeded(ctx, account, client)
	case errors.Is(err, shop.ErrUnauthenticated), errors.Is(err, shop.ErrConflict):
		s.Throttle.Failed(ctx, account, client)
	default:
		s.Throttle.Abandoned(ctx, account, client)
	}
}

// tooManyAttempts is a refusal that passes after a time.
type tooManyAttempts struct {
	error
	wait time.Duration
}

func tooMany(wait time.Duration) error {
	minutes := int(math.Ceil(wait.Minutes()))
	reason := fmt.Sprintf("there were too many attempts: try again in %d minutes", minutes)
	if minutes == 1 {
		reason = "there were too many attempts: try again in a minute"
	}
	return &tooManyAttempts{shop.Refuse(shop.ErrTooMany, reason), wait}
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
// reach an instance (see infra/securitygroups.go), so its entry is to be trusted. Without one, it is whoever
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
