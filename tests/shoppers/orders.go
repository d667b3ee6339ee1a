package shoppers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	mathrand "math/rand/v2"
)

// maxOrders is how many orders a customer makes at most: fewer than the list of the latest ones shows.
const maxOrders = 20

// An order that may have been made is asked for again, as the shop tells its customers, so often and after so long.
const (
	orderTries = 30
	orderPause = 200 * time.Millisecond
)

// mayOrder says whether there is something to order, by somebody who can.
func (s *shopper) mayOrder() bool {
	return s.account != nil && len(s.knows.orders)+s.knows.unknown < maxOrders && s.knows.certain()
}

// order orders the cart, by the API or by the button of the page.
func (s *shopper) order(ctx context.Context) {
	if mathrand.N(2) == 0 {
		s.place(ctx, rand.Text(), s.byAPI)
		return
	}
	if key, err := s.checkoutKey(ctx); err == nil {
		s.place(ctx, key, s.byButton)
	}
}

// place asks for an order until it is known what became of it. Each try that fails is in the report; none after the
// first can make a second order, because all have the same key.
func (s *shopper) place(ctx context.Context, key string, try func(context.Context, string) (int64, map[string]int, error)) {
	perhaps := false // one of the tries that failed made the order
	for range orderTries {
		number, got, err := try(ctx, key)
		switch {
		case err == nil:
			s.note(s.knows.ordered(number, got))
			return
		case refused(err, http.StatusConflict) || errors.Is(err, errNothing):
			if perhaps {
				s.knows.orderUnknown()
			}
			s.judgeRefusal(ctx, err)
			return
		case s.signInAgain(ctx, err):
		default:
			perhaps = true
			time.Sleep(orderPause)
		}
	}
	s.knows.orderUnknown()
}

// judgeRefusal counts an order that the shop refused as failed, unless it lost something of the cart before: that is
// found when the cart is checked.
func (s *shopper) judgeRefusal(ctx context.Context, refusal error) {
	var cart struct{ Items []item }
	if s.ask(ctx, "/api/cart", &cart) != nil {
		return
	}
	if f := s.knows.judgeCart(pieces(cart.Items)); len(f.lost)+len(f.doubled) == 0 {
		s.report.Errors = append(s.report.Errors, fmt.Sprintf("an order of what is in the cart was refused: %v", refusal))
	}
}

// placed is an order as the API shows it.
type placed struct {
	ID    int64
	Items []item
}

func (s *shopper) byAPI(ctx context.Context, key string) (number int64, got map[string]int, err error) {
	answer, err := s.request(ctx, call{method: http.MethodPost, path: "/api/orders", key: key, mayConflict: true})
	if err != nil {
		return 0, nil, err
	}
	var o placed
	err = answer.decode(&o)
	return o.ID, pieces(o.Items), err
}

// byButton presses the button, is sent on to the order, and reads it.
func (s *shopper) byButton(ctx context.Context, key string) (number int64, got map[string]int, err error) {
	answer, err := s.request(ctx, call{method: http.MethodPost, path: "/orders", form: url.Values{"key": {key}}, mayConflict: true})
	if err != nil {
		return 0, nil, err
	}
	if leadsToSignIn(answer) {
		return 0, nil, errSignedOut
	}
	if !strings.HasPrefix(answer.location, "/orders/") {
		return 0, nil, errNothing
	}
	var o placed
	err = s.ask(ctx, "/api"+answer.location, &o)
	return o.ID, pieces(o.Items), err
}

var (
	errSignedOut = errors.New("nobody is signed in")
	errNothing   = errors.New("the cart is empty, says the shop") // if it is not, the check of the cart tells
	keyField     = regexp.MustCompile(`name="key" value="([^"]+)"`)
)

func leadsToSignIn(answer reply) bool { return strings.HasPrefix(answer.location, "/sign-in") }

// checkoutKey is what the page's button sends: the name of an order of what the page shows.
func (s *shopper) checkoutKey(ctx context.Context) (string, error) {
	answer, err := s.request(ctx, call{method: http.MethodGet, path: "/checkout"})
	if err == nil && leadsToSignIn(answer) {
		s.signInAgain(ctx, errSignedOut)
		answer, err = s.request(ctx, call{method: http.MethodGet, path: "/checkout"})
	}
	if err != nil {
		return "", err
	}
	if answer.location == "/cart" {
		return "", errNothing
	}
	found := keyField.FindSubmatch(answer.text)
	if found == nil {
		err := fmt.Errorf("GET /checkout: a page without a button to order, status %d, leads to %q", answer.status, answer.location)
		s.report.Errors = append(s.report.Errors, err.Error())
		return "", err
	}
	return html.UnescapeString(string(found[1])), nil
}
