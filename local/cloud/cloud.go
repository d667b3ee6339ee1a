// Package cloud is one AWS account in one region, on this machine: the services
// that the declaration uses, each run by real processes (redis-server, postgres,
// the cart service) or served from this one (the load balancer, Secrets Manager,
// S3). It knows AWS's words and nothing of Pulumi; package provider translates.
//
// Every network interface of the declared VPC has a loopback address of its own,
// so that the declared ports are the ports in use and a connection's source says
// which security groups it comes from.
package cloud

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// AccountID is the AWS account that the local cloud stands in for.
const AccountID = "000000000000"

// Options say where and as what a cloud runs.
type Options struct {
	// Dir holds everything the cloud writes: data, logs, objects. It is emptied
	// when the cloud opens, because nothing survives the processes.
	Dir string
	// Region is the AWS region that names zones, ARNs and endpoints.
	Region string
	// ListenerPorts maps a load balancer listener's declared port to the port on
	// 127.0.0.1 where it is served. A port that is not in the map gets a free one.
	ListenerPorts map[int]int
	// Logger receives what happens, one record an event.
	Logger *slog.Logger
}

// Cloud is a running local cloud. Its services are safe for concurrent use.
type Cloud struct {
	Region string

	dir       string
	log       *slog.Logger
	network   *network
	processes *processes

	platform
	services
}

// Resource names one declared resource.
type Resource struct {
	ID   string // the Pulumi id, in AWS's form: sg-0a1b…, an ARN, or a name
	Name string // the physical name: as declared, or the logical name and a random suffix
	ARN  string
}

// Outputs are the properties of a resource that AWS computes, by their Pulumi
// names. They are laid over the inputs.
type Outputs map[string]any

// Service stands in for the AWS service that makes resources declared as S.
// Create and Update return when the resource is usable, and their errors say
// which part did not come up, why, and how its log ends.
type Service[S any] interface {
	Create(ctx context.Context, r Resource, spec S) (Outputs, error)
	Update(ctx context.Context, r Resource, spec S) (Outputs, error)
	// Delete stops what Create started. A resource that is not there is no error.
	Delete(ctx context.Context, r Resource) error
}

// Component is one thing that runs, as `status` lists it.
type Component struct {
	Kind    string    `json:"kind"` // "cart instance", "redis primary", …
	ID      string    `json:"id"`
	Zone    string    `json:"zone"`
	Address string    `json:"address"` // where it can be reached on this machine
	State   string    `json:"state"`   // one word, then why if it is not well: "unhealthy: 503 from /healthz"
	Healthy bool      `json:"healthy"`
	Since   time.Time `json:"since"` // when it entered that state
	PID     int       `json:"pid,omitempty"`
	Log     string    `json:"log,omitempty"` // path
	Note    string    `json:"note,omitempty"`
}

// reporter is a service that has something running.
type reporter interface{ report() []Component }

// closer is a service that has something to stop.
type closer interface {
	close(ctx context.Context) error
}

// Open starts an empty cloud in o.Dir.
func Open(o Options) (*Cloud, error) {
	if err := Clean(o.Dir); err != nil {
		return nil, err
	}
	for _, dir := range []string{o.Dir, filepath.Join(o.Dir, "log")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("local cloud directory: %w", err)
		}
	}
	network, err := newNetwork()
	if err != nil {
		return nil, err
	}
	c := &Cloud{
		Region:    o.Region,
		dir:       o.Dir,
		log:       o.Logger,
		network:   network,
		processes: newProcesses(),
	}
	if c.platform, err = newPlatform(o.Dir); err != nil {
		return nil, errors.Join(err, c.Close(context.Background()))
	}
	if c.api, err = newAPI(c); err != nil {
		return nil, errors.Join(err, c.Close(context.Background()))
	}
	c.services = newServices(c, o)
	return c, nil
}

// outsideLink names the folder that a cloud has outside of its own, if it needs one.
const outsideLink = "outside"

// Clean removes what a cloud wrote that ended without Close. Its processes ended
// with it.
func Clean(dir string) error {
	var problems []error
	if outside, err := os.Readlink(filepath.Join(dir, outsideLink)); err == nil {
		problems = append(problems, os.RemoveAll(outside))
	}
	for _, name := range []string{outsideLink, "elasticache", "instances", "log", "objects", "rds"} {
		problems = append(problems, os.RemoveAll(filepath.Join(dir, name)))
	}
	return errors.Join(problems...)
}

// Close stops every process and removes what they wrote, but for the logs.
func (c *Cloud) Close(ctx context.Context) error {
	var problems []error
	for _, s := range c.services.all() {
		if s, ok := s.(closer); ok {
			problems = append(problems, s.close(ctx))
		}
	}
	c.api.close()
	c.processes.close()
	c.network.close()
	return errors.Join(problems...)
}

// Status lists everything that runs, in the order in which requests pass it.
func (c *Cloud) Status() []Component {
	var components []Component
	for _, s := range c.services.all() {
		if s, ok := s.(reporter); ok {
			components = append(components, s.report()...)
		}
	}
	return components
}

// path returns the path of a file or folder of the cloud.
func (c *Cloud) path(elements ...string) string {
	return filepath.Join(append([]string{c.dir}, elements...)...)
}

// logPath returns where the named process writes its log.
func (c *Cloud) logPath(process string) string { return c.path("log", process+".log") }
