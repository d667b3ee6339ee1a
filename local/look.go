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

	"myclothes/local/boot"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/elb"
)

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
