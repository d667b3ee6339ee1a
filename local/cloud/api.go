package cloud

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// apiFourth is the last part of the address where the AWS API is served.
const apiFourth = 1

// api is the AWS API that instances call: HTTPS on an address of the cloud's own,
// reached only from interfaces that may reach the internet.
type api struct {
	cloud  *Cloud
	url    string
	server *http.Server

	mu      sync.RWMutex
	callers map[string]caller // by access key
}

// caller is an instance that has credentials.
type caller struct {
	instanceID string
	profile    string
	from       *networkInterface
}

// apiError is an error in AWS's form.
type apiError struct {
	Code    string `json:"__type"`
	Message string `json:"message"`
}

func (e apiError) Error() string { return e.Code + ": " + e.Message }

func newAPI(c *Cloud) (*api, error) {
	address := c.network.own(apiFourth)
	certificate, err := c.authority.issue(address.String())
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp4", net.JoinHostPort(address.String(), "0"))
	if err != nil {
		return nil, fmt.Errorf("AWS API endpoint: %w", err)
	}
	a := &api{cloud: c, url: "https://" + listener.Addr().String(), callers: map[string]caller{}}
	a.server = &http.Server{
		Handler:           a,
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}},
		ReadHeaderTimeout: 5 * time.Second,
		ErrorLog:          slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
	}
	go func() { _ = a.server.ServeTLS(vpcListener{listener, c}, "", "") }()
	return a, nil
}

func (a *api) close() {
	if a != nil {
		_ = a.server.Close()
	}
}

// vpcListener accepts connections of interfaces that may reach AWS's APIs.
type vpcListener struct {
	net.Listener
	cloud *Cloud
}

func (l vpcListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := l.cloud.network.source(conn)
		if from != nil && (l.cloud.reaches(from, "") || l.cloud.reaches(from, "dynamodb")) {
			return conn, nil
		}
		l.cloud.log.Warn("connection refused by the security groups", "from", ownerOf(from), "to", "AWS APIs", "port", 443)
		reset(conn)
	}
}

// reaches says whether an interface may call a service of AWS: over the internet, or
// through the service's gateway endpoint.
func (c *Cloud) reaches(from *networkInterface, service string) bool {
	return c.network.permitsService(from, c.vpcEndpoints.prefixList(service))
}

// instanceEnvironment returns what the platform adds to an instance's environment:
// where AWS is, the credentials of its profile, and the machine's trust store.
func (c *Cloud) instanceEnvironment(i *networkInterface, instanceID, profile string) []string {
	accessKey := "ASIA" + rand.Text()[:16]
	c.api.mu.Lock()
	c.api.callers[accessKey] = caller{instanceID, profile, i}
	c.api.mu.Unlock()
	return []string{
		"AWS_ENDPOINT_URL=" + c.api.url,
		"AWS_ACCESS_KEY_ID=" + accessKey,
		"AWS_SECRET_ACCESS_KEY=" + rand.Text(),
		"SSL_CERT_FILE=" + c.authority.trustPath,
		"PATH=/usr/local/bin:/usr/bin:/bin",
	}
}

// forgetInstance takes an instance's credentials back.
func (c *Cloud) forgetInstance(instanceID string) {
	c.api.mu.Lock()
	defer c.api.mu.Unlock()
	for key, who := range c.api.callers {
		if who.instanceID == instanceID {
			delete(c.api.callers, key)
		}
	}
}

// ServeHTTP speaks AWS JSON 1.1.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := http.StatusOK
	result, err := a.call(r)
	if reply, ok := result.(forwarded); ok && err == nil {
		reply.write(w)
		return
	}
	if err != nil {
		problem, ok := errors.AsType[apiError](err)
		if !ok {
			problem = apiError{"InternalServiceError", err.Error()}
		}
		a.cloud.log.Warn("AWS API call refused", "action", r.Header.Get("X-Amz-Target"), "error", problem)
		status, result = http.StatusBadRequest, problem
		w.Header().Set("X-Amzn-ErrorType", problem.Code)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(result)
}

func (a *api) call(r *http.Request) (any, error) {
	by, err := a.identify(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return nil, apiError{"ValidationException", err.Error()}
	}
	target := r.Header.Get("X-Amz-Target")
	if operation, ok := strings.CutPrefix(target, dynamodbTarget); ok {
		a.mustReach(by, "dynamodb")
		return a.cloud.callTable(by, operation, r, body)
	}
	if target == "secretsmanager.GetSecretValue" {
		a.mustReach(by, "secretsmanager")
		return a.cloud.getSecretValue(by, body)
	}
	return nil, apiError{"UnknownOperationException", fmt.Sprintf("the local cloud has no %q", target)}
}

// mustReach ends the connection of a caller who may reach another service on this
// address, but not this one.
func (a *api) mustReach(by caller, service string) {
	if !a.cloud.reaches(by.from, service) {
		a.cloud.log.Warn("connection refused by the security groups", "from", by.from.owner, "to", service, "port", 443)
		panic(http.ErrAbortHandler)
	}
}

var credential = regexp.MustCompile(`Credential=([^/,]+)/`)

// identify finds the instance behind a request. That it comes from the instance's
// own address stands for the signature, which is not computed again.
func (a *api) identify(r *http.Request) (caller, error) {
	match := credential.FindStringSubmatch(r.Header.Get("Authorization"))
	if match == nil {
		return caller{}, apiError{"MissingAuthenticationTokenException", "Missing Authentication Token"}
	}
	a.mu.RLock()
	by, ok := a.callers[match[1]]
	a.mu.RUnlock()
	address, _, _ := strings.Cut(r.RemoteAddr, ":")
	if !ok || by.from.local.String() != address {
		return caller{}, apiError{"UnrecognizedClientException", "The security token included in the request is invalid."}
	}
	return by, nil
}

func (c *Cloud) authorize(by caller, action, resource string) error {
	if c.allowed(by.profile, action, resource) {
		return nil
	}
	role, _ := c.roleOf(by.profile)
	return apiError{"AccessDeniedException", fmt.Sprintf(
		"User: arn:aws:sts::%s:assumed-role/%s/%s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		AccountID, role.Name, by.instanceID, action, resource, action)}
}
