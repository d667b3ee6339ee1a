// Package operate is the API of AWS by which people operate what runs: `aws` and the SDKs
// speak to it when they are given its URL and its access key. It reads and writes AWS's
// protocols, and has the operations that runbooks need; every other one is answered as AWS
// answers an operation that it has not, and counted.
package operate

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/operate/wire"
)

// API is the operators' API of one cloud.
type API struct {
	accessKey string
	region    string
	log       *slog.Logger
	services  []service

	mu      sync.Mutex
	unknown map[string]int // how often an operation was asked for that is not there
}

// service is a service of AWS: how requests name it, and what it does.
type service struct {
	name    string // for people: "autoscaling"
	version string // what AWS query names it by: "2011-01-01"
	target  string // what AWS JSON and RPC name it by: "secretsmanager"
	actions map[string]action
	// whole carries out any operation, for a service that instances call too.
	whole func(operation string, r *http.Request) (any, error)
}

// malformed is the code of the service's error for an input that is none of the operation.
func (s service) malformed() string {
	if slices.Contains([]string{"ec2", "elasticache", "rds"}, s.name) {
		return "InvalidParameterValue"
	}
	return "ValidationError"
}

// action carries out an operation: it reads its input, and returns what to answer.
type action func(ctx context.Context, read func(input any) error) (output any, err error)

// act makes an action of a function from an operation's input to its output.
func act[I, O any](do func(context.Context, I) (O, error)) action {
	return func(ctx context.Context, read func(any) error) (any, error) {
		var input I
		if err := read(&input); err != nil {
			return nil, err
		}
		if rehearsal, ok := any(input).(interface{ rehearse() error }); ok {
			if err := rehearsal.rehearse(); err != nil {
				return nil, err
			}
		}
		return do(ctx, input)
	}
}

// do makes an action of a function whose operation answers nothing but that it is done.
func do[I any](f func(context.Context, I) error) action {
	return act(func(ctx context.Context, input I) (struct{}, error) { return struct{}{}, f(ctx, input) })
}

// Unknown says how often operations were asked for that are not here, by
// "service:Operation".
func (a *API) Unknown() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.unknown)
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := rand.Text()
	w.Header().Set("X-Amzn-Requestid", id)
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	c, err := wire.Read(r)
	if err == nil {
		err = a.authenticate(r, c)
	}
	var output any
	if err == nil {
		output, err = a.carryOut(r.Context(), c)
	}
	if err == nil {
		c.Answer(w, id, output)
		return
	}
	problem, ok := errors.AsType[aws.Error](err)
	if !ok {
		problem = aws.Error{Code: "InternalFailure", Message: err.Error()}
	}
	a.log.Info("AWS API call refused", "service", c.Service, "operation", c.Operation, "error", problem)
	c.Refuse(w, id, problem)
}

// carryOut finds the action that a call names, and lets it.
func (a *API) carryOut(ctx context.Context, c wire.Call) (any, error) {
	for _, s := range a.services {
		if c.Service == s.version || c.Service == s.target {
			return a.ask(ctx, s, c)
		}
	}
	a.count(c.Service + ":" + c.Operation)
	return nil, c.Unknown()
}

func (a *API) ask(ctx context.Context, s service, c wire.Call) (output any, err error) {
	if action, ok := s.actions[c.Operation]; ok {
		return action(ctx, func(input any) error {
			if err := c.Read(input); err != nil {
				return aws.Error{Code: s.malformed(), Message: err.Error()}
			}
			return nil
		})
	}
	err = c.Unknown()
	if s.whole != nil {
		output, err = s.whole(c.Operation, c.Request)
	}
	if problem, ok := errors.AsType[aws.Error](err); ok && problem.Code == "UnknownOperationException" || s.whole == nil {
		a.count(s.name + ":" + c.Operation)
	}
	return output, err
}

func (a *API) count(operation string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.unknown[operation]++
}

// credential is an access key and its scope: the day, the region, and so on.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
var credential = regexp.MustCompile(`Credential=([^/,]+)/[^/,]*/([^/,]*)/`)

// authenticate lets those in who sign with the access key. Everybody on this machine
// reaches the port, and so does every page in its browsers; the key is for the owner of
// the cloud alone. It stands for the signature, which is not computed again. Who asks for
// another region would not find there what is here.
func (a *API) authenticate(r *http.Request, c wire.Call) error {
	match := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	switch {
	case match == nil:
		return c.Unsigned()
	case subtle.ConstantTimeCompare([]byte(match[1]), []byte(a.accessKey)) == 0:
		return c.Stranger()
	case match[2] != a.region:
		return c.Misplaced(fmt.Sprintf("Credential should be scoped to a valid region: the local cloud is %s, not %s", a.region, match[2]))
	}
	return nil
}

// NewAccessKey returns an access key in AWS's form that nobody guesses.
func NewAccessKey() string { return "AKIA" + rand.Text()[:16] }

// timestamp is a time as AWS's XML has it.
func timestamp(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Millisecond)
	return &t
}
