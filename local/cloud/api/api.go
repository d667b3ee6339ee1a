// Package api serves the APIs of AWS that instances call, to those that may reach them.
package api

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
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
	ID     string // as AWS's SDKs name it in the variables of the environment: "DYNAMODB"
	Target string // what the names of its operations begin with: "secretsmanager."
	// Call carries out an operation. Its result is answered as JSON, unless it
	// answers by itself.
	Call func(by iam.Caller, operation string, r *http.Request) (any, error)
}

// answerer is a result that is not JSON.
type answerer interface{ Answer(w http.ResponseWriter) }

// API is what instances call of AWS: HTTPS on an address of the cloud's own, with a port
// for every service, which stands for the service's name. The network knows where that
// leads, and lets through who gets there.
type API struct {
	host    *host.Host
	network *ec2.Network
	servers []*http.Server
	urls    []string // as variables of an environment
	proxy   string   // the address of the way to the internet

	closed context.Context // ends with the API
	end    context.CancelFunc

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
	a := &API{host: h, network: n, callers: map[string]interfaceCaller{}}
	a.closed, a.end = context.WithCancel(context.Background())
	for _, service := range services {
		if err := a.serve(service, address, certificate); err != nil {
			a.Close()
			return nil, fmt.Errorf("AWS API endpoint of %s: %w", service.Name, err)
		}
	}
	if err := a.servePassage(address); err != nil {
		a.Close()
		return nil, fmt.Errorf("instances' way to the internet: %w", err)
	}
	return a, nil
}

// serve opens a port for a service.
func (a *API) serve(service Service, address netip.Addr, certificate tls.Certificate) error {
	listener, err := net.Listen("tcp4", netip.AddrPortFrom(address, 0).String())
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.answer(service, w, r) }),
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}},
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          slog.NewLogLogger(a.host.Log.Handler(), slog.LevelDebug),
	}
	a.servers = append(a.servers, server)
	a.urls = append(a.urls, "AWS_ENDPOINT_URL_"+service.ID+"=https://"+listener.Addr().String())
	refusals := a.host.Refusals(service.Name, 443, "the security groups or without a route")
	gated := host.Gated(listener, a.network.GateToService(service.Name), refusals.Add)
	go func() { _ = server.ServeTLS(gated, "", "") }()
	return nil
}

// Close ends all calls. Nil is no error.
func (a *API) Close() {
	if a == nil {
		return
	}
	a.end()
	for _, server := range a.servers {
		_ = server.Close()
	}
}

// Environment returns what the platform adds to an instance's environment: where
// AWS is, the credentials of its profile, the way to the internet, and the machine's trust
// store.
func (a *API) Environment(i *ec2.Interface, instanceID, profile string) []string {
	accessKey := "ASIA" + rand.Text()[:16]
	a.mu.Lock()
	a.callers[accessKey] = interfaceCaller{iam.Caller{InstanceID: instanceID, Profile: profile}, i}
	a.mu.Unlock()
	return append([]string{
		"AWS_ACCESS_KEY_ID=" + accessKey,
		"AWS_SECRET_ACCESS_KEY=" + rand.Text(),
		"SSL_CERT_FILE=" + a.host.Authority.TrustPath,
		"HTTP_PROXY=" + a.passage(accessKey), "HTTPS_PROXY=" + a.passage(accessKey), "NO_PROXY=127.0.0.0/8,localhost",
		"PATH=/usr/local/bin:/usr/bin:/bin",
	}, a.urls...)
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

// answer speaks AWS JSON 1.1.
func (a *API) answer(service Service, w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	result, err := a.call(service, r)
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

// call finds who calls, and hands the call to the service.
func (a *API) call(service Service, r *http.Request) (any, error) {
	by, err := a.identify(r)
	if err != nil {
		return nil, err
	}
	target := r.Header.Get("X-Amz-Target")
	operation, ok := strings.CutPrefix(target, service.Target)
	if !ok {
		return nil, aws.Error{Code: "UnknownOperationException", Message: fmt.Sprintf("the local cloud has no %q", target)}
	}
	caller := by.Caller
	way, _ := a.network.Reach(by.from, service.Name) // the connection passed the gate when it came
	caller.EndpointPolicy = way.Policy
	return service.Call(caller, operation, r)
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
