package shoppers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// account is how a customer signs in.
type account struct{ email, password string }

const (
	openingAtOnce = 2                // accounts; a password takes the shop's processors some time
	openingTime   = 60 * time.Second // for one account, in which a shop that is busy may refuse it
)

// openAccounts makes customers of the shoppers.
func openAccounts(ctx context.Context, shoppers []*shopper) error {
	var opening errgroup.Group
	opening.SetLimit(openingAtOnce)
	for _, s := range shoppers {
		opening.Go(func() error { return s.openAccount(ctx) })
	}
	return opening.Wait()
}

// openAccount signs the shopper up, with an address that can be delivered to.
func (s *shopper) openAccount(ctx context.Context) error {
	s.account = &account{strings.ToLower(rand.Text()) + "@example.com", rand.Text()}
	const name = "Ada Byron"
	address := map[string]any{"street": "12 St James's Square", "postalCode": "SW1Y 4JH", "city": "London", "country": "United Kingdom"}
	err := s.insist(ctx, call{method: http.MethodPost, path: "/api/customers",
		body: map[string]any{"email": s.account.email, "password": s.account.password, "name": name}})
	if err == nil {
		err = s.insist(ctx, call{method: http.MethodPut, path: "/api/customer", body: map[string]any{"name": name, "address": address}})
	}
	s.report = Report{Instances: map[string]int{}} // it begins when everybody shops
	if err != nil {
		return fmt.Errorf("open an account: %w", err)
	}
	return nil
}

// insist repeats a call while the shop is busy.
func (s *shopper) insist(ctx context.Context, c call) error {
	ctx, cancel := context.WithTimeout(ctx, openingTime)
	defer cancel()
	for {
		_, err := s.request(ctx, c)
		if !refused(err, http.StatusTooManyRequests, http.StatusServiceUnavailable) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// signInAgain signs in when the failure says that nobody is signed in any more, and returns whether it did. The shop
// has lost the session then.
func (s *shopper) signInAgain(ctx context.Context, because error) bool {
	if !errors.Is(because, errSignedOut) && !refused(because, http.StatusUnauthorized) {
		return false
	}
	s.report.Lost = append(s.report.Lost, "the session of somebody who was signed in")
	_, err := s.request(ctx, call{method: http.MethodPost, path: "/api/session",
		body: map[string]any{"email": s.account.email, "password": s.account.password}})
	return err == nil
}

// askSignedIn is ask for somebody who signs in again if need be.
func (s *shopper) askSignedIn(ctx context.Context, path string, into any) error {
	err := s.ask(ctx, path, into)
	if err != nil && s.signInAgain(ctx, err) {
		return s.ask(ctx, path, into)
	}
	return err
}
