// Package rehearsal has a release do what visitors will ask of it, before there are visitors.
package rehearsal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"myclothes/app/server"
	"myclothes/app/shop"
)

// ErrFaulty says that this release does not do what it is for. No store that comes back makes it better.
var ErrFaulty = errors.New("this release does not work")

// errOdd is the ErrFaulty of an answer that a release which works may give too, once: a failover has taken the session
// along, or a product was withdrawn since the visitor saw it.
var errOdd = fmt.Errorf("%w", ErrFaulty)

// Run is a visitor's day at the shop of cfg, within this process and before there are visitors: it looks at
// products, puts one into a cart, by the API and as a browser does, reads the cart and clears it, looks at where one
// signs in, and then, as a customer whom the database does not know, goes to the checkout and orders. That is refused,
// and leaves nothing behind. So what an order writes is not rehearsed, nor are passwords.
//
// It wraps shop.ErrUnavailable if a store was away, and ErrFaulty if an answer was wrong: at once if it was a failure of
// the service, the second time if it was another answer. Nothing of it is in cfg.Metrics' or the service's own figures
// about requests; the session that it began ends by itself, as any that nobody uses.
func Run(ctx context.Context, cfg server.Config) error {
	cfg.Metrics, cfg.Log = nil, cfg.Log.With("rehearsal", true)
	err := newRehearsal(ctx, cfg).run()
	if errors.Is(err, errOdd) {
		err = newRehearsal(ctx, cfg).run()
	}
	return err
}

// rehearsal is the visitor.
type rehearsal struct {
	ctx      context.Context
	config   server.Config
	customer stranger // whom the visitor becomes
	orders   *askedOrders
	service  http.Handler
	cookies  []*http.Cookie
}

func newRehearsal(ctx context.Context, cfg server.Config) *rehearsal {
	v := &rehearsal{ctx: ctx, customer: newStranger(cfg.Customers), orders: &askedOrders{orders: cfg.Orders}}
	cfg.Customers, cfg.Orders = v.customer, v.orders
	v.config, v.service = cfg, server.New(cfg)
	return v
}

func (v *rehearsal) run() error {
	sku, err := v.product()
	if err != nil || sku == "" {
		return err
	}
	for _, step := range []func(sku string) error{v.add, v.addByForm, v.clear, v.signInPage, v.order} {
		if err := step(sku); err != nil {
			return err
		}
	}
	return nil
}

// product returns the SKU of something that is sold; empty if nothing is.
func (v *rehearsal) product() (string, error) {
	text, err := v.send("GET", "/api/products", "", "", http.StatusOK)
	if err != nil {
		return "", err
	}
	var list struct{ Products []struct{ SKU string } }
	if err := json.Unmarshal(text, &list); err != nil {
		return "", fmt.Errorf("%w: GET /api/products: %w", ErrFaulty, err)
	}
	if _, err := v.send("GET", "/", "", "", http.StatusOK); err != nil || len(list.Products) == 0 {
		return "", err
	}
	return list.Products[0].SKU, nil
}

func (v *rehearsal) add(sku string) error {
	item := fmt.Sprintf(`{"sku":%q,"quantity":1}`, sku)
	if _, err := v.send("POST", "/api/cart/items", "application/json", item, http.StatusOK); err != nil {
		return err
	}
	return v.expect(sku, 1)
}

func (v *rehearsal) addByForm(sku string) error {
	form := url.Values{"sku": {sku}, "quantity": {"1"}}.Encode()
	if _, err := v.send("POST", "/cart/items", "application/x-www-form-urlencoded", form, http.StatusSeeOther); err != nil {
		return err
	}
	if _, err := v.send("GET", "/cart", "", "", http.StatusOK); err != nil {
		return err
	}
	return v.expect(sku, 2)
}

func (v *rehearsal) clear(sku string) error {
	if _, err := v.send("DELETE", "/api/cart", "", "", http.StatusNoContent); err != nil {
		return err
	}
	return v.expect(sku, 0)
}

// expect reads the cart, which must hold so many pieces of the product.
func (v *rehearsal) expect(sku string, quantity int) error {
	text, err := v.send("GET", "/api/cart", "", "", http.StatusOK)
	if err != nil {
		return err
	}
	var cart struct {
		Items []struct {
			SKU      string
			Quantity int
		}
	}
	if err := json.Unmarshal(text, &cart); err != nil {
		return fmt.Errorf("%w: GET /api/cart: %w", ErrFaulty, err)
	}
	found := 0
	for _, item := range cart.Items {
		if item.SKU == sku {
			found += item.Quantity
		}
	}
	if found != quantity {
		return fmt.Errorf("%w: GET /api/cart: %d pieces of %s, and there should be %d", errOdd, found, sku, quantity)
	}
	return nil
}

// send has the service answer a request, with the status that it must have.
func (v *rehearsal) send(method, path, contentType, content string, want int) ([]byte, error) {
	request, err := http.NewRequestWithContext(v.ctx, method, "http://rehearsal.invalid"+path, strings.NewReader(content))
	if err != nil {
		return nil, err
	}
	request.RequestURI = path
	request.RemoteAddr = "[100::1]:1"                      // of the prefix where nobody is (RFC 6666): limits per visitor are not theirs
	request.Header.Set(server.IdempotencyKey, "rehearsal") // which only orders have
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for _, cookie := range v.cookies {
		request.AddCookie(cookie)
	}
	a := &answer{header: http.Header{}}
	v.service.ServeHTTP(a, request)
	v.keep((&http.Response{Header: a.header}).Cookies())
	wrong := errOdd
	switch {
	case a.status == want:
		return a.Bytes(), nil
	case a.status == http.StatusServiceUnavailable, a.status == http.StatusTooManyRequests:
		return nil, fmt.Errorf("%w: %s %s: %s", shop.ErrUnavailable, method, path, bytes.TrimSpace(a.Bytes()))
	case a.status >= http.StatusInternalServerError:
		wrong = ErrFaulty
	}
	return nil, fmt.Errorf("%w: %s %s: status %d, and it should be %d", wrong, method, path, a.status, want)
}

// keep takes cookies in place of those of the same name.
func (v *rehearsal) keep(cookies []*http.Cookie) {
	for _, fresh := range cookies {
		kept := v.cookies[:0]
		for _, cookie := range v.cookies {
			if cookie.Name != fresh.Name {
				kept = append(kept, cookie)
			}
		}
		v.cookies = append(kept, fresh)
	}
}

// answer is an http.ResponseWriter that keeps what is written.
type answer struct {
	bytes.Buffer
	header http.Header
	status int
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.Buffer.Write(p)
}
