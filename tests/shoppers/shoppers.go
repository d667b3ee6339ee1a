// Package shoppers plays people who shop: each has a browser with a cookie jar, changes a cart, and knows what must be
// in it. Customers among them have an account and order as well. In the end all carts and orders are compared with what
// the shop has acknowledged.
package shoppers

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"
)

// Options say who shops where.
type Options struct {
	URL       string        // of the load balancer, without a slash at the end
	Shoppers  int           // how many shop at once
	Customers int           // how many of them are customers; the others are guests, who order nothing
	Duration  time.Duration // how long
	Pause     time.Duration // between two requests of one shopper; 0: none
	// Until, when closed, ends the shopping before its time. Carts are checked all the same.
	Until <-chan struct{}
	// Begun, unless nil, is called when all accounts are open and everybody begins to shop.
	Begun func()
	// Answered, unless nil, is called with every request, by many shoppers at once: when it
	// was sent, when it ended, and what failed.
	Answered func(sent, ended time.Time, err error)
	// Authority is a file with the certificate of who signs the shop's, as PEM. Empty, or if there is no such file: those
	// that the machine trusts.
	Authority string
}

// trusting says whose certificates browsers believe.
func (o Options) trusting() *tls.Config {
	pem, err := os.ReadFile(o.Authority)
	if err != nil {
		return nil
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: roots}
}

// over says whether shopping has ended.
func (o Options) over(shopping context.Context) bool {
	select {
	case <-o.Until:
		return true
	default:
		return shopping.Err() != nil
	}
}

// Run has everybody shop until the time is up or ctx ends, and then checks all carts and orders. Accounts are opened
// before, which is not part of the report. The error says that there is no shop to go to.
func Run(ctx context.Context, o Options) (Report, error) {
	skus, shop, err := assortment(ctx, o)
	if err != nil {
		return Report{}, err
	}
	o.URL = shop
	everybody := make([]*shopper, o.Shoppers)
	for i := range everybody {
		everybody[i] = newShopper(o, i, skus)
	}
	if err := openAccounts(ctx, everybody[:min(o.Customers, o.Shoppers)]); err != nil {
		return Report{}, err
	}
	if o.Begun != nil {
		o.Begun()
	}
	shopping, stop := context.WithTimeout(ctx, o.Duration)
	defer stop()
	var doors sync.WaitGroup
	for _, s := range everybody {
		doors.Go(func() {
			for !o.over(shopping) {
				s.act(ctx)
				time.Sleep(s.breath())
			}
			s.check(ctx)
		})
	}
	doors.Wait()
	return sum(everybody), nil
}

// assortment returns the skus of all products, and where the shop is: over HTTPS if it redirects there.
func assortment(ctx context.Context, o Options) (skus []string, shop string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.URL+"/api/products", nil)
	if err != nil {
		return nil, "", err
	}
	visitor := http.Client{Transport: &http.Transport{TLSClientConfig: o.trusting(), DisableKeepAlives: true}}
	response, err := visitor.Do(request)
	if err != nil {
		return nil, "", fmt.Errorf("products: %w", err)
	}
	defer response.Body.Close()
	var answer struct {
		Products []struct{ SKU string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, "", fmt.Errorf("products: %w", err)
	}
	for _, p := range answer.Products {
		skus = append(skus, p.SKU)
	}
	if len(skus) == 0 {
		return nil, "", fmt.Errorf("products: %s and none to sell", response.Status)
	}
	at := response.Request.URL
	return skus, at.Scheme + "://" + at.Host, nil
}
