package shoppers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"
)

// patience is how long a shopper waits for one answer.
const patience = 30 * time.Second

// newBrowser returns a browser of one shopper.
func newBrowser(o Options, shopper int) *http.Client {
	jar, _ := cookiejar.New(nil) // no error without options
	return &http.Client{
		Jar: jar, Timeout: patience,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 1, DialContext: dialFrom(home(o.URL, shopper)), TLSClientConfig: o.trusting()},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// home is the address that a shopper comes from: everybody has one of their own, as people have, so that nobody is
// taken for one client who makes a thousand sessions. It is nil, any address, unless the shop is on this machine and
// all of 127.0.0.0/8 is, as on Linux. Local clouds leave 127.2.0.0/16 alone.
func home(shop string, shopper int) net.IP {
	u, err := url.Parse(shop)
	if err != nil || runtime.GOOS != "linux" || !net.ParseIP(u.Hostname()).IsLoopback() {
		return nil
	}
	return net.IPv4(127, 2, byte(shopper/250), byte(1+shopper%250))
}

func dialFrom(address net.IP) func(context.Context, string, string) (net.Conn, error) {
	dialer := &net.Dialer{}
	if address != nil {
		dialer.LocalAddr = &net.TCPAddr{IP: address}
	}
	return dialer.DialContext
}

// call is a request as a shopper makes it.
type call struct {
	method, path string
	body         any        // sent as JSON, unless nil
	form         url.Values // sent as a form, unless nil
	key          string     // Idempotency-Key; empty: none
	mayConflict  bool       // 409 is no failure: who calls judges it
}

// reply is an answer that is no failure.
type reply struct {
	status   int
	location string // where a redirect leads; empty: it is none
	text     []byte
}

// decode reads the answer's JSON.
func (r reply) decode(into any) error { return json.Unmarshal(r.text, into) }

// failure is an answer with a status of 400 or more.
type failure struct {
	status int
	reply  string
}

func (f *failure) Error() string { return f.reply }

// refused says whether the error is an answer with one of the statuses.
func refused(err error, statuses ...int) bool {
	var f *failure
	return errors.As(err, &f) && slices.Contains(statuses, f.status)
}

// Declined says whether a request failed because the shop answered and would not: it knows no session or cart of
// that name any more, which Report.Lost counts, or somebody was too fast. Whoever gets no such answer meets an outage.
func Declined(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.status < http.StatusInternalServerError
}

// request makes a call and counts it, and counts it as failed unless the answer's status is below 400.
func (s *shopper) request(ctx context.Context, c call) (reply, error) {
	request, err := c.prepare(ctx, s.options.URL)
	if err != nil {
		return reply{}, err // not even sent: a defect of ours
	}
	s.report.Requests++
	started := time.Now()
	answer, err := s.send(request)
	s.report.latencies = append(s.report.latencies, time.Since(started))
	s.annoyed = err != nil
	failed := err != nil && !(c.mayConflict && refused(err, http.StatusConflict))
	s.tell(started, failed, err)
	if failed {
		s.report.Errors = append(s.report.Errors, fmt.Sprintf("%s %s: %v", c.method, c.path, err))
	}
	return answer, err
}

// tell lets whoever wants to know about a request.
func (s *shopper) tell(started time.Time, failed bool, err error) {
	if s.options.Answered == nil {
		return
	}
	if !failed {
		err = nil
	}
	s.options.Answered(started, time.Now(), err)
}

func (c call) prepare(ctx context.Context, shop string) (*http.Request, error) {
	kind, text := "", []byte(nil)
	switch {
	case c.form != nil:
		kind, text = "application/x-www-form-urlencoded", []byte(c.form.Encode())
	case c.body != nil:
		kind = "application/json"
		text, _ = json.Marshal(c.body) // of strings and numbers
	}
	request, err := http.NewRequestWithContext(ctx, c.method, shop+c.path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	if c.key != "" {
		request.Header.Set("Idempotency-Key", c.key)
	}
	return request, nil
}

func (s *shopper) send(request *http.Request) (reply, error) {
	response, err := s.browser.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	instance := response.Header.Get("X-Instance-Id")
	s.report.Instances[instance]++
	if err != nil {
		return reply{}, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		said := strings.Join(strings.Fields(string(text[:min(len(text), 300)])), " ")
		return reply{}, &failure{response.StatusCode, fmt.Sprintf("%s from %s: %s", response.Status, instance, said)}
	}
	return reply{response.StatusCode, response.Header.Get("Location"), text}, nil
}
