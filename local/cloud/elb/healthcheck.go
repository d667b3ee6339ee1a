package elb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"myclothes/local/cloud/aws"
)

// bootPoll is how often a target is checked until it is first healthy. A machine on
// AWS takes a minute to boot and a process here a moment, so the declared interval
// would be most of the time that a fleet takes to come up.
const bootPoll = 50 * time.Millisecond

// HealthCheck is a target group's healthCheck. Zero values get AWS's defaults.
type HealthCheck struct {
	Path               string `json:"path"`
	Port               string `json:"port"`     // a number or "traffic-port"
	Interval           int    `json:"interval"` // seconds
	Timeout            int    `json:"timeout"`  // seconds
	HealthyThreshold   int    `json:"healthyThreshold"`
	UnhealthyThreshold int    `json:"unhealthyThreshold"`
	Matcher            string `json:"matcher"` // "200", "200,204" or "200-299"
}

func (h *HealthCheck) withDefaults() HealthCheck {
	if h == nil {
		h = &HealthCheck{}
	}
	return HealthCheck{
		Path:               cmp.Or(h.Path, "/"),
		Port:               cmp.Or(h.Port, "traffic-port"),
		Interval:           cmp.Or(h.Interval, 30),
		Timeout:            cmp.Or(h.Timeout, 5),
		HealthyThreshold:   cmp.Or(h.HealthyThreshold, 3),
		UnhealthyThreshold: cmp.Or(h.UnhealthyThreshold, 3),
		Matcher:            cmp.Or(h.Matcher, "200"),
	}
}

// matches says whether the matcher lists a status.
func (h HealthCheck) matches(status int) bool {
	for part := range strings.SplitSeq(h.Matcher, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			last = first
		}
		low, err1 := strconv.Atoi(first)
		high, err2 := strconv.Atoi(last)
		if err1 == nil && err2 == nil && low <= status && status <= high {
			return true
		}
	}
	return false
}

// checkHealth checks a target until ctx ends.
func (g *Targets) checkHealth(ctx context.Context, t *target) {
	for {
		g.mu.Lock()
		check := g.spec.HealthCheck.withDefaults()
		g.mu.Unlock()
		err := g.probe(ctx, t, check)
		if ctx.Err() != nil {
			return
		}
		due := time.NewTimer(g.record(t, check, err))
		select {
		case <-ctx.Done():
			due.Stop()
			return
		case <-t.recheck:
			due.Stop()
		case <-due.C:
		}
	}
}

// probe makes one health check.
func (g *Targets) probe(ctx context.Context, t *target, check HealthCheck) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(check.Timeout)*time.Second)
	defer cancel()
	port := g.Port
	if check.Port != "traffic-port" {
		var err error
		if port, err = strconv.Atoi(check.Port); err != nil {
			return fmt.Errorf("health check port %q: %w", check.Port, err)
		}
	}
	url := "http://" + netip.AddrPortFrom(t.eni.Local, uint16(port)).String() + check.Path
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", "ELB-HealthChecker/2.0")
	transport := http.Transport{DisableKeepAlives: true, DialContext: g.dialer(t, port)}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	if !check.matches(response.StatusCode) {
		return fmt.Errorf("%d from %s", response.StatusCode, check.Path)
	}
	return nil
}

// record takes the result of a health check into the target's state and returns
// when the next one is due.
func (g *Targets) record(t *target, check HealthCheck, err error) time.Duration {
	interval := time.Duration(check.Interval) * time.Second
	g.mu.Lock()
	changed := t.learn(check, interval, err)
	if changed {
		g.events.Add(aws.TargetHealth, t.id, t.eni.Zone, t.Health.String())
	}
	if t.State == initial {
		interval = bootPoll
	}
	g.mu.Unlock()
	if changed {
		t.changed()
	}
	return interval
}

// learn applies the thresholds: a new target is healthy after one success, and
// unhealthy when the threshold's checks would have failed at the declared interval.
func (t *target) learn(check HealthCheck, interval time.Duration, err error) (changed bool) {
	switch {
	case t.State == Draining:
		return false
	case errors.Is(err, errUnused):
		return t.become(unused, err.Error())
	case err == nil && t.State == Unhealthy && t.contradicted() < check.HealthyThreshold:
		return false
	case err == nil:
		t.streak = 0
		return t.become(Healthy, "")
	case t.State == unused:
		return t.become(initial, brief(err))
	case t.State == initial && time.Since(t.Since) < time.Duration(check.UnhealthyThreshold)*interval:
		return t.become(initial, brief(err))
	case t.State == Healthy && t.contradicted() < check.UnhealthyThreshold:
		return false
	}
	t.streak = 0
	return t.become(Unhealthy, brief(err))
}

// contradicted counts one more health check in a row that contradicts the state.
func (t *target) contradicted() int {
	t.streak++
	return t.streak
}

// brief says what people need of a failed connection: they know the addresses.
func brief(err error) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, context.DeadlineExceeded):
		return noAnswer
	}
	return err.Error()
}
