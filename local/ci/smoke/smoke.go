// Package smoke tries a shop that was just deployed, as a customer would.
package smoke

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"time"
)

// patience is how long one answer may take.
const patience = 10 * time.Second

// Test looks at the products of the shop at a URL, puts one into a cart, reads the cart
// back over another connection, so perhaps from another instance, and empties it. A shop
// whose address is new may need a while to be found: until the context ends, a visit that
// fails is made again, every so often, from the beginning.
func Test(ctx context.Context, url string, every time.Duration, out io.Writer) error {
	said := ""
	for {
		bought, err := visit(ctx, url)
		if err == nil {
			fmt.Fprintf(out, "%s: %s was put into a cart, read back, and taken out\n", url, bought)
			return nil
		}
		if err.Error() != said {
			said = err.Error()
			fmt.Fprintln(out, said)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the shop does not work: %w", err)
		case <-time.After(every):
		}
	}
}

// item is a line of a cart.
type item struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

type cart struct {
	Items []item `json:"items"`
}

// visit returns what it put into the cart.
func visit(ctx context.Context, url string) (string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	v := visitor{url, &http.Client{Jar: jar, Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment}}}
	var shown struct{ Products []item }
	if err := v.call(ctx, http.MethodGet, "/api/products", nil, &shown); err != nil {
		return "", err
	}
	if len(shown.Products) == 0 {
		return "", fmt.Errorf("GET %s/api/products: there are no products", url)
	}
	wanted := item{shown.Products[0].SKU, 2}
	if err := v.call(ctx, http.MethodPost, "/api/cart/items", wanted, nil); err != nil {
		return "", err
	}
	var found cart
	if err := v.call(ctx, http.MethodGet, "/api/cart", nil, &found); err != nil {
		return "", err
	}
	if len(found.Items) != 1 || found.Items[0] != wanted {
		return "", fmt.Errorf("GET %s/api/cart: the cart has %v, and %v was put into it", url, found.Items, wanted)
	}
	return fmt.Sprintf("%d × %s", wanted.Quantity, wanted.SKU), v.call(ctx, http.MethodDelete, "/api/cart", nil, nil)
}

type visitor struct {
	url    string
	client *http.Client
}

// call makes a request of the shop's API and decodes the answer.
func (v visitor) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader // none, where there is nothing to say: what stands before a shop may refuse a GET that has one
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, v.url+path, body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := v.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return err
	case answer.StatusCode >= http.StatusBadRequest:
		return fmt.Errorf("%s %s%s: %s: %s", method, v.url, path, answer.Status, text)
	case out == nil:
		return nil
	}
	return json.Unmarshal(text, out)
}
