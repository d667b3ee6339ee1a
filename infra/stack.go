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
	where, err := network.Locate(ctx, config.AvailabilityZones)
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
		CIDR:        s.config.VpcCIDR,
		Zones:       s.site.Location.Zones,
		NatGateways: s.config.NatGateways,
		Region:      s.site.Location.Region,
		Subnets:     s.config.subnets,
		Tags:        s.site.Tags,
	})
	if err := s.add(s.site.Network, err); err != nil {
		return err
	}
	s.site.Groups, err = network.NewSecurityGroups(ctx, "groups", &network.SecurityGroupsArgs{Network: s.site.Network, Tags: s.site.Tags})
	return err
}

func (s *stack) release(ctx *pulumi.Context) (err error) {
	s.binary, err = release.New(ctx, "release", &release.Args{Architecture: s.config.architecture, Tags: s.site.Tags})
	return s.add(s.binary, err)
}

// data declares what must not be lost. What parts tell the service is in the boot script
// in this order.
func (s *stack) data(ctx *pulumi.Context) error {
	return errors.Join(
		s.add(s.service(), nil),
		s.add(data.NewCache(ctx, "cache", s.cacheArgs())),
		s.add(data.NewDatabase(ctx, "database", s.databaseArgs())),
		s.add(s.site.Location, nil),
		s.carts(ctx),
	)
}

// carts declares what carts are kept in, besides the cache.
func (s *stack) carts(ctx *pulumi.Context) error {
	switch s.config.CartStore {
	case data.StoreDynamoDB:
		return s.add(data.NewSessionTable(ctx, "sessions", &data.SessionTableArgs{Site: s.site}))
	case data.StoreCookie:
		return s.add(data.NewCookieKeys(ctx, "cookie", &data.CookieKeysArgs{Site: s.site, Numbers: s.config.CookieKeys}))
	}
	return nil
}

func (s *stack) edge(ctx *pulumi.Context) (err error) {
	s.web, err = edge.NewLoadBalancer(ctx, "web", &edge.LoadBalancerArgs{
		Site:                s.site,
		TargetPort:          s.config.AppPort,
		Stickiness:          s.config.Stickiness,
		StickinessSeconds:   s.config.StickinessSeconds,
		DeregistrationDelay: s.config.DeregistrationSeconds,
		SessionCookie:       edge.SessionCookie(s.config.CertificateArn),
		CertificateArn:      s.config.CertificateArn,
	})
	return s.add(s.web, err)
}

// flows permits the connections that the parts need, before there are instances.
func (s *stack) flows(ctx *pulumi.Context) error {
	opened, err := s.site.Groups.Permit(ctx, s.asked.Flows)
	s.asked.BeforeBoot = append(s.asked.BeforeBoot, opened...)
	return err
}

func (s *stack) servers(ctx *pulumi.Context) error {
	return s.add(fleet.NewAutoScalingGroup(ctx, "servers", &fleet.AutoScalingGroupArgs{
		Site:           s.site,
		LoadBalancer:   s.web,
		Release:        s.binary,
		InstanceType:   s.config.InstanceType,
		AmiID:          s.config.AmiID,
		Architecture:   s.config.architecture,
		MinInstances:   s.config.MinInstances,
		MaxInstances:   s.config.MaxInstances,
		WarmupSeconds:  s.config.InstanceWarmupSeconds,
		GraceSeconds:   s.config.HealthCheckGraceSeconds,
		CPUPercent:     s.config.TargetCPUPercent,
		RequestsMinute: s.config.TargetRequestsPerMinute,
		StopSeconds:    s.config.DeregistrationSeconds,
		Asked:          s.asked,
	}))
}

// export publishes what an operator needs, and no secret.
func (s *stack) export(ctx *pulumi.Context) error {
	for name, value := range s.asked.Outputs {
		ctx.Export(name, value)
	}
	return nil
}
