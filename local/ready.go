package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

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
