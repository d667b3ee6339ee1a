// Package shoppers plays people who shop: each has a browser's cookie jar, changes a
// cart, and knows what must be in it.
package shoppers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options say who shops where.
type Options struct {
	URL      string // of the load balancer, without a slash at the end
	Shoppers int
	Duration time.Duration
	Pause    time.Duration // between two requests of one shopper; 0: none
	// Until, when closed, ends the shopping before its time. Carts are checked all the same.
	Until <-chan struct{}
}

// Report is what the shoppers saw.
type Report struct {
	Requests  int
	Errors    []string       // failed requests: transport errors and statuses other than 2xx
	Carts     int            // checked, one per shopper, at the end
	LostCarts []string       // carts that were not what their shopper had put into them
	InDoubt   int            // lines of carts that are not judged, because a change of them failed: it may have been made
	Instances map[string]int // requests by instance
	P50, P99  time.Duration
	latencies []time.Duration
}

// Run has everybody shop until the time is up or ctx ends, and then checks all carts.
func Run(ctx context.Context, o Options) (Report, error) {
	skus, err := assortment(ctx, o.URL)
	if err != nil {
		return Report{}, err
	}
	shopping, stop := context.WithTimeout(ctx, o.Duration)
	defer stop()
	go func() {
		select {
		case <-o.Until:
			stop()
		case <-shopping.Done():
		}
	}()
	reports := make([]Report, o.Shoppers)
	var everybody sync.WaitGroup
	for i := range reports {
		everybody.Go(func() {
			s := newShopper(o, skus)
			for shopping.Err() == nil {
				s.act(ctx)
				time.Sleep(o.Pause)
			}
			s.checkOut(ctx)
			reports[i] = s.report
		})
	}
	everybody.Wait()
	return sum(reports), nil
}

func sum(reports []Report) Report {
	total := Report{Instances: map[string]int{}}
	for _, r := range reports {
		total.Requests += r.Requests
		total.Carts += r.Carts
		total.InDoubt += r.InDoubt
		total.Errors = append(total.Errors, r.Errors...)
		total.LostCarts = append(total.LostCarts, r.LostCarts...)
		total.latencies = append(total.latencies, r.latencies...)
		for instance, requests := range r.Instances {
			total.Instances[instance] += requests
		}
	}
	slices.Sort(total.latencies)
	if n := len(total.latencies); n > 0 {
		total.P50, total.P99 = total.latencies[n/2], total.latencies[n*99/100]
	}
	return total
}

// String renders the report for people.
func (r Report) String() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "requests   %d (p50 %v, p99 %v)\n", r.Requests, r.P50.Round(time.Microsecond), r.P99.Round(time.Microsecond))
	fmt.Fprintf(&b, "errors     %d\n", len(r.Errors))
	fmt.Fprintf(&b, "carts      %d checked, %d lost", r.Carts, len(r.LostCarts))
	if r.InDoubt > 0 {
		fmt.Fprintf(&b, " (%d lines not judged: a change of them failed)", r.InDoubt)
	}
	fmt.Fprintln(&b)
	for _, instance := range slices.Sorted(maps.Keys(r.Instances)) {
		fmt.Fprintf(&b, "  %-22s %d requests\n", instance, r.Instances[instance])
	}
	for _, problem := range append(r.Errors[:min(5, len(r.Errors))], r.LostCarts[:min(5, len(r.LostCarts))]...) {
		fmt.Fprintln(&b, "  "+problem)
	}
	return b.String()
}

// shopper is one person with one browser.
type shopper struct {
	options Options
	browser *http.Client
	skus    []string
	cart    map[string]int // what must be in it
	inDoubt map[string]bool
	report  Report
}

// most is how many pieces of one product a shopper puts into a cart.
const most = 50

func newShopper(o Options, skus []string) *shopper {
	jar, _ := cookiejar.New(nil) // no error without options
	return &shopper{
		options: o, skus: skus, cart: map[string]int{}, inDoubt: map[string]bool{},
		browser: &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 1}},
		report:  Report{Instances: map[string]int{}},
	}
}

// act does one thing that people do.
func (s *shopper) act(ctx context.Context) {
	sku := s.skus[rand.N(len(s.skus))]
	switch quantity := 1 + rand.N(3); {
	case rand.N(3) == 0:
		s.request(ctx, http.MethodGet, "/api/cart", nil, nil)
	case s.cart[sku]+quantity > most:
		s.change(ctx, sku, 0, http.MethodDelete, "/api/cart/items/"+sku, nil)
	case rand.N(4) == 0:
		s.change(ctx, sku, quantity, http.MethodPut, "/api/cart/items/"+sku, map[string]any{"quantity": quantity})
	default:
		s.change(ctx, sku, s.cart[sku]+quantity, http.MethodPost, "/api/cart/items", map[string]any{"sku": sku, "quantity": quantity})
	}
}

// change asks for a line to become so. Of one that failed nobody knows whether it was made, or will be yet.
func (s *shopper) change(ctx context.Context, sku string, becomes int, method, path string, body any) {
	if s.request(ctx, method, path, body, nil) {
		s.cart[sku] = becomes
	} else {
		s.inDoubt[sku] = true
	}
}

// checkOut compares the cart with what was put into it.
func (s *shopper) checkOut(ctx context.Context) {
	var seen struct {
		Items []struct {
			SKU      string
			Quantity int
		}
	}
	if !s.request(ctx, http.MethodGet, "/api/cart", nil, &seen) {
		return
	}
	got := map[string]int{}
	for _, item := range seen.Items {
		got[item.SKU] = item.Quantity
	}
	s.report.Carts++
	s.report.InDoubt += len(s.inDoubt)
	var wrong []string
	for _, sku := range s.skus {
		if !s.inDoubt[sku] && got[sku] != s.cart[sku] {
			wrong = append(wrong, fmt.Sprintf("%s: %d, must be %d", sku, got[sku], s.cart[sku]))
		}
	}
	if wrong != nil {
		s.report.LostCarts = append(s.report.LostCarts, "in a cart: "+strings.Join(wrong, "; "))
	}
}

// request says whether the answer was a success, and decodes it.
func (s *shopper) request(ctx context.Context, method, path string, body, answer any) bool {
	var payload io.Reader
	if body != nil {
		text, _ := json.Marshal(body) // of strings and numbers
		payload = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, s.options.URL+path, payload)
	if err == nil && body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if err == nil {
		err = s.send(request, answer)
	}
	if err != nil {
		s.report.Errors = append(s.report.Errors, fmt.Sprintf("%s %s: %v", method, path, err))
	}
	return err == nil
}

func (s *shopper) send(request *http.Request, answer any) error {
	started := time.Now()
	response, err := s.browser.Do(request)
	s.report.Requests++
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	s.report.latencies = append(s.report.latencies, time.Since(started))
	s.report.Instances[response.Header.Get("X-Instance-Id")]++
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("%s from %s: %s", response.Status, response.Header.Get("X-Instance-Id"), text)
	}
	if err != nil || answer == nil {
		return err
	}
	return json.Unmarshal(text, answer)
}

// assortment returns the skus of all products.
func assortment(ctx context.Context, url string) ([]string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/products", nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("products: %w", err)
	}
	defer response.Body.Close()
	var answer struct {
		Products []struct{ SKU string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("products: %w", err)
	}
	var skus []string
	for _, p := range answer.Products {
		skus = append(skus, p.SKU)
	}
	if len(skus) == 0 {
		return nil, fmt.Errorf("products: %s and none to sell", response.Status)
	}
	return skus, nil
}
