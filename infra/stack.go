package infra

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
	"myclothes/infra/data"
	"myclothes/infra/edge"
	"myclothes/infra/fleet"
	"myclothes/infra/network"
	"myclothes/infra/release"
)

// Deploy declares the whole stack. Nothing is registered when its configuration is
// refused.
func Deploy(ctx *pulumi.Context) error {
	config, err := LoadConfig(ctx)
	if err != nil {
		return err
	}
	where, err := network.Locate(ctx, config.Network.AvailabilityZones)
	if err != nil {
		return err
	}
	s := &stack{config: config, site: network.Site{
		Location:  where,
		Tags:      conventions.Tags{Project: ctx.Project(), Stack: ctx.Stack()},
		Retention: conventions.RetentionOf(config.DeletionProtection),
	}}
	for _, step := range []func(*pulumi.Context) error{
		s.network, s.release, s.data, s.edge, s.flows, s.servers, s.export,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// stack is what has been declared so far. A step uses only what earlier ones set.
type stack struct {
	config Config
	site   network.Site
	asked  conventions.Contribution // by all parts so far

	binary *release.Release
	web    *edge.LoadBalancer
}

// part is anything that is declared in a stack.
type part interface {
	Contribution() conventions.Contribution
}

// add takes what a part contributes, when it was declared.
func (s *stack) add(declared part, err error) error {
	if err == nil {
		s.asked.Add(declared.Contribution())
	}
	return err
}

func (s *stack) network(ctx *pulumi.Context) (err error) {
	s.site.Network, err = network.New(ctx, "network", &network.Args{
		Config: s.config.Network, Location: s.site.Location, Tags: s.site.Tags,
	})
	if err := s.add(s.site.Network, err); err != nil {
		return err
	}
	s.site.Groups, err = network.NewSecurityGroups(ctx, "groups", &network.SecurityGroupsArgs{Network: s.site.Network, Tags: s.site.Tags})
	return err
}

func (s *stack) release(ctx *pulumi.Context) (err error) {
	s.binary, err = release.New(ctx, "release", &release.Args{Architecture: s.config.Fleet.Architecture(), Tags: s.site.Tags})
	return s.add(s.binary, err)
}

// data declares what must not be lost. What parts tell the service is in the boot script
// in this order.
func (s *stack) data(ctx *pulumi.Context) error {
	c := s.config
	return errors.Join(
		s.add(s.service(), nil),
		s.add(data.NewCache(ctx, "cache", &data.CacheArgs{Site: s.site, CacheConfig: c.Cache, Maintenance: c.Maintenance})),
		s.add(data.NewDatabase(ctx, "database", &data.DatabaseArgs{Site: s.site, DatabaseConfig: c.Database, Maintenance: c.Maintenance})),
		s.add(s.site.Location, nil),
		s.carts(ctx),
	)
}

// service is what the service is told, besides where its stores are. It has less time to
// finish requests than the load balancer waits for it, which has stopped sending new ones.
func (s *stack) service() fleet.Service {
	return fleet.Service{
		ServiceConfig:   s.config.Service,
		Release:         s.binary.SHA256,
		CartStore:       string(s.config.Carts.Store),
		SessionCookie:   s.config.Edge.SessionCookie(),
		ShutdownSeconds: s.config.Edge.DeregistrationSeconds - 5,
	}
}

// carts declares what carts are kept in, besides the cache.
func (s *stack) carts(ctx *pulumi.Context) error {
	switch s.config.Carts.Store {
	case data.StoreDynamoDB:
		return s.add(data.NewSessionTable(ctx, "sessions", &data.SessionTableArgs{Site: s.site}))
	case data.StoreCookie:
		return s.add(data.NewCookieKeys(ctx, "cookie", &data.CookieKeysArgs{Site: s.site, Numbers: s.config.Carts.CookieKeys}))
	}
	return nil
}

func (s *stack) edge(ctx *pulumi.Context) (err error) {
	s.web, err = edge.NewLoadBalancer(ctx, "web", &edge.LoadBalancerArgs{
		Site: s.site, Config: s.config.Edge, TargetPort: s.config.Service.Port,
	})
	return s.add(s.web, err)
}

// flows permits the connections that the parts need, before there are instances.
func (s *stack) flows(ctx *pulumi.Context) error {
	opened, err := s.site.Groups.Permit(ctx, s.asked.Flows, s.asked.Services)
	s.asked.BeforeBoot = append(s.asked.BeforeBoot, opened...)
	return err
}

func (s *stack) servers(ctx *pulumi.Context) error {
	return s.add(fleet.NewAutoScalingGroup(ctx, "servers", &fleet.AutoScalingGroupArgs{
		Site: s.site, Config: s.config.Fleet, LoadBalancer: s.web, Release: s.binary, Asked: s.asked,
	}))
}

// export publishes what an operator needs, and no secret.
func (s *stack) export(ctx *pulumi.Context) error {
	for name, value := range s.asked.Outputs {
		ctx.Export(name, value)
	}
	return nil
}
