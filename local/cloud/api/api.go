// Package api serves the APIs of AWS that instances call, to those that may reach them.
package api

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/iam"
)

// apiFourth is the last part of the address where the AWS API is served.
const apiFourth = 1

// Service is a service of AWS that instances call.
type Service struct {
	Name   string // as VPC endpoints name it: "dynamodb"
	Target string // what the names of its operations begin with: "secretsmanager."
	// Call carries out an operation. Its result is answered as JSON, unless it
	// answers by itself.
	Call func(by iam.Caller, operation string, r *http.Request) (any, error)
}

// answerer is a result that is not JSON.
type answerer interface{ Answer(w http.ResponseWriter) }

// API is the AWS API that instances call: HTTPS on an address of the cloud's own,
// reached only from interfaces that may reach one of its services.
type API struct {
	host     *host.Host
	network  *ec2.Network
	services []Service
	url      string
	server   *http.Server

	mu      sync.RWMutex
	callers map[string]interfaceCaller // by access key
}

// interfaceCaller is an instance that has credentials, and where it is.
type interfaceCaller struct {
	iam.Caller
	from *ec2.Interface
}

// Open serves services to the instances of a network.
func Open(h *host.Host, n *ec2.Network, services ...Service) (*API, error) {
	address := h.Loopback.Own(apiFourth)
	certificate, err := h.Authority.Issue(address.String())
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp4", net.JoinHostPort(address.String(), "0"))
	if err != nil {
		return nil, fmt.Errorf("AWS API endpoint: %w", err)
	}
	a := &API{host: h, network: n, services: services, url: "https://" + listener.Addr().String(), callers: map[string]interfaceCaller{}}
	a.server = &http.Server{
		Handler:           a,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}},
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          slog.NewLogLogger(h.Log.Handler(), slog.LevelDebug),
	}
	gated := host.Gated(listener, a.gate, func(from string) { a.logRefusal(from, "AWS APIs") })
	go func() { _ = a.server.ServeTLS(gated, "", "") }()
	return a, nil
}

// Close ends all calls. Nil is no error.
func (a *API) Close() {
	if a != nil {
		_ = a.server.Close()
	}
}

// gate is open to interfaces that may reach any of the services.
func (a *API) gate(conn net.Conn) (from string, open bool) {
	source := a.network.Source(conn)
	return ec2.OwnerOf(source), source != nil && slices.ContainsFunc(a.services, func(s Service) bool {
		return a.network.Reaches(source, s.Name)
	})
}

func (a *API) logRefusal(from, to string) {
	a.host.Log.Warn("connection refused by the security groups", "from", from, "to", to, "port", 443)
	a.host.Events.Add(aws.ConnectionRefused, from, "", "to "+to+" port 443")
}

// Environment returns what the platform adds to an instance's environment: where
// AWS is, the credentials of its profile, and the machine's trust store.
func (a *API) Environment(i *ec2.Interface, instanceID, profile string) []string {
	accessKey := "ASIA" + rand.Text()[:16]
	a.mu.Lock()
	a.callers[accessKey] = interfaceCaller{iam.Caller{InstanceID: instanceID, Profile: profile}, i}
	a.mu.Unlock()
	return []string{
		"AWS_ENDPOINT_URL=" + a.url,
		"AWS_ACCESS_KEY_ID=" + accessKey,
		"AWS_SECRET_ACCESS_KEY=" + rand.Text(),
		"SSL_CERT_FILE=" + a.host.Authority.TrustPath,
		"PATH=/usr/local/bin:/usr/bin:/bin",
	}
}

// Forget takes an instance's credentials back.
func (a *API) Forget(instanceID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, who := range a.callers {
		if who.InstanceID == instanceID {
			delete(a.callers, key)
		}
	}
}

// ServeHTTP speaks AWS JSON 1.1.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	result, err := a.call(r)
	if reply, ok := result.(answerer); ok && err == nil {
		reply.Answer(w)
		return
	}
	if err != nil {
		problem, ok := errors.AsType[aws.Error](err)
		if !ok {
			problem = aws.Error{Code: "InternalServiceError", Message: err.Error()}
		}
		a.host.Log.Warn("AWS API call refused", "action", r.Header.Get("X-Amz-Target"), "error", problem)
		status, result = http.StatusBadRequest, problem
		w.Header().Set("X-Amzn-ErrorType", problem.Code)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(result)
}

// call finds who calls, and hands the call to the service that its target names.
func (a *API) call(r *http.Request) (any, error) {
	by, err := a.identify(r)
	if err != nil {
		return nil, err
	}
	target := r.Header.Get("X-Amz-Target")
	for _, service := range a.services {
		if operation, ok := strings.CutPrefix(target, service.Target); ok {
			a.mustReach(by, service.Name)
			return service.Call(by.Caller, operation, r)
		}
	}
	return nil, aws.Error{Code: "UnknownOperationException", Message: fmt.Sprintf("the local cloud has no %q", target)}
}

// mustReach ends the connection of a caller who may reach another service on this
// address, but not this one.
func (a *API) mustReach(by interfaceCaller, service string) {
	if !a.network.Reaches(by.from, service) {
		a.logRefusal(by.from.Owner, service)
		panic(http.ErrAbortHandler)
	}
}

var credential = regexp.MustCompile(`Credential=([^/,]+)/`)

// identify finds the instance behind a request. That it comes from the instance's
// own address stands for the signature, which is not computed again.
func (a *API) identify(r *http.Request) (interfaceCaller, error) {
	match := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	if match == nil {
		return interfaceCaller{}, aws.Error{Code: "MissingAuthenticationTokenException", Message: "Missing Authentication Token"}
	}
	a.mu.RLock()
	by, ok := a.callers[match[1]]
	a.mu.RUnlock()
	address, _, _ := strings.Cut(r.RemoteAddr, ":")
	if !ok || by.from.Local.String() != address {
		return interfaceCaller{}, aws.Error{Code: "UnrecognizedClientException", Message: "The security token included in the request is invalid."}
	}
	return by, nil
}
