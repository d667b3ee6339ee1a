package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"myclothes/local/boot"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/elb"
	"myclothes/local/control"
)

const (
	// readyLimit is how long a stack may take from when it has been made until it serves.
	readyLimit = time.Minute
	// answerLimit is how long the shop or an instance may take for one answer.
	answerLimit = 5 * time.Second
	// An instance that is asked logs what it lacks, so that it is not asked too often.
	firstPause, longestPause = 100 * time.Millisecond, 2 * time.Second
)

// opening is a shop that has been made and is to be open: it answers at its URL, every
// part is well, and every instance reaches all that it depends on.
type opening struct {
	url       string
	adminPort string // where an instance says whether it is ready
	client    *http.Client
	report    func(context.Context) (control.Report, error)
	limit     time.Duration
	out       io.Writer
}

// opening returns the shop that up has made, at a URL.
func (r request) opening(c *control.Cloud, url, adminPort string) (opening, error) {
	trust, err := trusting(c.Authority)
	if err != nil {
		return opening{}, err
	}
	client := &http.Client{Timeout: answerLimit, Transport: &http.Transport{TLSClientConfig: trust, DisableKeepAlives: true}}
	return opening{url, adminPort, client, c.Report, readyLimit, r.out}, nil
}

// trusting verifies servers by the certificate authority in a file.
func trusting(file string) (*tls.Config, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the stack's certificate authority: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: roots}, nil
}

// shortcoming is what a part lacks.
type shortcoming struct {
	part, why string
	log       string // path of the part's log, if it has one
}

// await returns when the shop is open. It says what it waits for, and when it has waited
// for too long, the error names every part that is not well, why, and how its log ends.
func (o opening) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, o.limit)
	defer cancel()
	var missing []shortcoming
	said, began := "", time.Now()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		found, err := o.missing(ctx)
		if err == nil && len(found) == 0 {
			return nil
		}
		if ctx.Err() == nil { // otherwise the look itself was cut short
			if err != nil {
				return err
			}
			missing = found
		}
		if line := describe(missing); line != said {
			said = line
			fmt.Fprintln(o.out, "Waiting for "+line)
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("the shop is not open after %v", time.Since(began).Round(time.Second)), explain(missing))
		case <-time.After(pause):
		}
	}
}

// describe is one line for people who wait.
func describe(missing []shortcoming) string {
	if len(missing) == 0 {
		return "the shop"
	}
	line := missing[0].part + ": " + missing[0].why
	if more := len(missing) - 1; more > 0 {
		line += fmt.Sprintf(" (and %d more)", more)
	}
	return line
}

// explain says of every part what it lacks. Parts of one kind mostly lack the same, so
// that of each reason only the first part's log is shown.
func explain(missing []shortcoming) error {
	var problems []error
	shown := map[string]bool{}
	for _, m := range missing {
		problem := fmt.Errorf("%s: %s", m.part, m.why)
		if m.log != "" && !shown[m.why] {
			shown[m.why] = true
			problem = fmt.Errorf("%w\n%s ends with:\n%s", problem, m.log, control.LogEnd(m.log))
		}
		problems = append(problems, problem)
	}
	return errors.Join(problems...)
}

// missing looks once at everything.
func (o opening) missing(ctx context.Context) ([]shortcoming, error) {
	report, err := o.report(ctx)
	if err != nil {
		return nil, err
	}
	var missing []shortcoming
	for _, c := range report.Components {
		why := ""
		switch {
		case !c.Healthy:
			why = c.State
		case c.Kind == boot.CartInstance.Kind && c.State == string(elb.Healthy): // others leave
			why = o.unready(ctx, c)
		}
		if why != "" {
			missing = append(missing, shortcoming{c.Kind + " " + c.ID, why, c.Log})
		}
	}
	if why := o.closed(ctx); why != "" {
		missing = append(missing, shortcoming{part: "the shop at " + o.url, why: why})
	}
	return missing, nil
}

// unready says what keeps an instance from being ready, by its own account.
func (o opening) unready(ctx context.Context, instance aws.Component) string {
	host, _, err := net.SplitHostPort(instance.Address)
	if err != nil {
		return err.Error()
	}
	status, body, err := o.get(ctx, "http://"+net.JoinHostPort(host, o.adminPort)+"/readyz")
	if err != nil {
		return brief(err)
	}
	if status == http.StatusOK {
		return ""
	}
	var answer struct {
		Dependencies []struct{ Name, Status string }
	}
	away := []string{}
	if json.Unmarshal(body, &answer) == nil {
		for _, d := range answer.Dependencies {
			if d.Status != "up" {
				away = append(away, d.Name+" is "+d.Status)
			}
		}
	}
	return fmt.Sprintf("not ready (%d): %s", status, strings.Join(away, ", "))
}

// closed says why the shop is not open to a visitor.
func (o opening) closed(ctx context.Context) string {
	status, _, err := o.get(ctx, o.url+"/")
	switch {
	case err != nil:
		return brief(err)
	case status != http.StatusOK:
		return fmt.Sprintf("it answers %d %s", status, http.StatusText(status))
	}
	return ""
}

func (o opening) get(ctx context.Context, url string) (status int, body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, nil, err
	}
	response, err := o.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	return response.StatusCode, body, err
}

// brief leaves out the URL, which is said already.
func brief(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}
