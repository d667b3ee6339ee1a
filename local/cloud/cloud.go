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
	"log/slog"

	"myclothes/local/cloud/api"
	"myclothes/local/cloud/autoscaling"
	"myclothes/local/cloud/autoscaling/refresh"
	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/operate"
)

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
	// Image is what instances boot. Without one, launching them fails.
	Image ec2.Image
	// AccessKey is what callers of the operators' API sign with.
	AccessKey string
	// Timings say how long what takes time on AWS takes here.
	Timings aws.Timings
	// Logger receives what happens, one record an event.
	Logger *slog.Logger
}

// Cloud is a running local cloud. Its services are safe for concurrent use.
type Cloud struct {
	Region string

	// Operators is the API by which people operate the cloud.
	Operators *operate.API

	host     *host.Host
	network  *ec2.Network
	api      *api.API
	groups   *autoscaling.Groups
	machines *ec2.Instances

	services
}

// reporter is a service that has something running.
type reporter interface{ Report() []aws.Component }

// maintained is a service with changes that wait for a maintenance window.
type maintained interface {
	Maintain(ctx context.Context) (applied []string, err error)
}

// closer is a service that has something to stop.
type closer interface {
	Close(ctx context.Context) error
}

// Open starts an empty cloud in o.Dir.
func Open(o Options) (*Cloud, error) {
	h, err := host.Open(o.Dir, o.Logger, o.Timings)
	if err != nil {
		return nil, err
	}
	c := &Cloud{Region: o.Region, host: h, network: ec2.NewNetwork(h)}
	if err := c.wire(o); err != nil {
		return nil, errors.Join(err, c.Close(context.Background()))
	}
	return c, nil
}

// Close stops every process and removes what they wrote, but for the logs.
func (c *Cloud) Close(ctx context.Context) error {
	var problems []error
	for _, s := range c.services.all() {
		if s, ok := s.(closer); ok {
			problems = append(problems, s.Close(ctx))
		}
	}
	c.api.Close()
	return errors.Join(append(problems, c.host.Close())...)
}

// Maintain opens the maintenance window: what is declared without applyImmediately is
// applied, and returned.
func (c *Cloud) Maintain(ctx context.Context) ([]string, error) {
	var applied []string
	var problems []error
	for _, s := range c.services.all() {
		if s, ok := s.(maintained); ok {
			changes, err := s.Maintain(ctx)
			applied, problems = append(applied, changes...), append(problems, err)
		}
	}
	return applied, errors.Join(problems...)
}

// Status lists everything that runs, in the order in which requests pass it.
func (c *Cloud) Status() []aws.Component {
	var components []aws.Component
	for _, s := range c.services.all() {
		if s, ok := s.(reporter); ok {
			components = append(components, s.Report()...)
		}
	}
	return components
}

// Network is the declared VPC: who is in it, and who can reach whom.
func (c *Cloud) Network() *ec2.Network { return c.network }

// Events returns what has happened after the event of a number.
func (c *Cloud) Events(after int64) []aws.Event { return c.host.Events.After(after) }

// Authority is the file with the certificate of the cloud's certificate authority, as
// PEM: whoever trusts it trusts the load balancer and the data stores.
func (c *Cloud) Authority() string { return c.host.Authority.CAPath }

// LoseInstance makes the machine of an instance go away without a word: see
// ec2.Instances.Lose.
func (c *Cloud) LoseInstance(id string) error { return c.machines.Lose(id) }

// Refreshes lists the instance refreshes of all groups, the oldest first.
func (c *Cloud) Refreshes() []refresh.Refresh {
	refreshes, _ := c.groups.Refreshes("") // only a group that is named may not be there
	return refreshes
}
