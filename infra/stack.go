package infra

import (
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
	s := &stack{
		config: config, location: where, retention: conventions.RetentionOf(config.DeletionProtection),
		tags: conventions.Tags{Project: ctx.Project(), Stack: ctx.Stack()},
	}
	for _, step := range []func(*pulumi.Context) error{
		s.network, s.securityGroups, s.cache, s.database, s.sessionTable, s.cookieKey,
		s.release, s.loadBalancer, s.servers, s.export,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// stack is what has been declared so far. A step uses only what earlier ones set.
type stack struct {
	config    Config
	location  network.Location
	retention conventions.Retention
	tags      conventions.Tags

	net      *network.Network
	groups   *network.SecurityGroups
	memory   *data.Cache
	rows     *data.Database
	table    *data.SessionTable // nil unless carts are in DynamoDB
	cookies  *data.CookieKeys   // nil unless carts are in cookies
	binary   *release.Release
	balancer *edge.LoadBalancer
	group    *fleet.AutoScalingGroup
	needs    []pulumi.Resource // what an instance uses when it boots
}

func (s *stack) network(ctx *pulumi.Context) (err error) {
	s.net, err = network.New(ctx, "network", &network.Args{
		CIDR:        s.config.VpcCIDR,
		Zones:       s.location.Zones,
		NatGateways: s.config.NatGateways,
		Region:      s.location.Region,
		Gateways:    s.gateways(),
		Subnets:     s.config.subnets,
		Tags:        s.tags,
	})
	return err
}

// gateways lists the AWS services that the network has a gateway endpoint for.
func (s *stack) gateways() []string {
	if s.config.CartStore == data.StoreDynamoDB {
		return []string{string(conventions.S3), string(conventions.DynamoDB)}
	}
	return []string{string(conventions.S3)}
}

func (s *stack) securityGroups(ctx *pulumi.Context) (err error) {
	s.groups, err = network.NewSecurityGroups(ctx, "groups", &network.SecurityGroupsArgs{
		Network: s.net, Groups: groups(s.config), Flows: flows(s.config), Tags: s.tags,
	})
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.net.Vpc)
	s.needs = append(s.needs, s.groups.Rules...)
	for _, service := range s.gateways() {
		s.needs = append(s.needs, s.net.Endpoints[service])
	}
	if s.config.NatGateways == network.NatNone {
		endpoint, err := network.NewSecretsEndpoint(ctx, s.net, s.groups, s.location.Region, s.tags)
		s.needs = append(s.needs, endpoint)
		return err
	}
	return nil
}

func (s *stack) cache(ctx *pulumi.Context) (err error) {
	s.memory, err = data.NewCache(ctx, "cache", &data.CacheArgs{
		Network:          s.net,
		SecurityGroup:    s.groups.ID(conventions.Cache),
		NodeType:         s.config.CacheNodeType,
		Port:             s.config.CachePort,
		Replicas:         s.config.CacheReplicas,
		ApplyImmediately: s.config.ApplyImmediately,
		Retention:        s.retention,
		Tags:             s.tags,
	})
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.memory.Group, s.memory.Credentials.Version)
	return nil
}

func (s *stack) database(ctx *pulumi.Context) (err error) {
	s.rows, err = data.NewDatabase(ctx, "database", &data.DatabaseArgs{
		Network:             s.net,
		SecurityGroup:       s.groups.ID(conventions.Database),
		Zones:               s.location.Zones,
		InstanceClass:       s.config.DatabaseInstanceClass,
		EngineVersion:       s.config.DatabaseEngineVersion,
		Port:                s.config.DatabasePort,
		StorageGB:           s.config.DatabaseStorageGB,
		MaxStorageGB:        s.config.DatabaseMaxStorageGB,
		MultiAZ:             s.config.DatabaseMultiAZ,
		ReadReplicas:        s.config.ReadReplicas,
		BackupRetentionDays: s.config.BackupRetentionDays,
		ApplyImmediately:    s.config.ApplyImmediately,
		Retention:           s.retention,
		Tags:                s.tags,
	})
	if err != nil {
		return err
	}
	s.needs = append(append(s.needs, s.rows.Instances...), s.rows.Owner.Version, s.rows.Service.Version)
	return nil
}

func (s *stack) sessionTable(ctx *pulumi.Context) (err error) {
	if s.config.CartStore != data.StoreDynamoDB {
		return nil
	}
	s.table, err = data.NewSessionTable(ctx, "sessions", &data.SessionTableArgs{Retention: s.retention, Tags: s.tags})
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.table.Table)
	return nil
}

// cookieKey generates the keys that encrypt carts in cookies.
func (s *stack) cookieKey(ctx *pulumi.Context) (err error) {
	if s.config.CartStore != data.StoreCookie {
		return nil
	}
	s.cookies, err = data.NewCookieKeys(ctx, "cookie", s.config.CookieKeys, s.retention, s.tags)
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.cookies.Credentials.Version)
	return nil
}

func (s *stack) release(ctx *pulumi.Context) (err error) {
	s.binary, err = release.New(ctx, "release", &release.Args{Architecture: s.config.architecture, Tags: s.tags})
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.binary.Object)
	return nil
}

func (s *stack) loadBalancer(ctx *pulumi.Context) (err error) {
	s.balancer, err = edge.NewLoadBalancer(ctx, "web", &edge.LoadBalancerArgs{
		Network:             s.net,
		SecurityGroup:       s.groups.ID(conventions.LoadBalancer),
		TargetPort:          s.config.AppPort,
		Stickiness:          s.config.Stickiness,
		StickinessSeconds:   s.config.StickinessSeconds,
		DeregistrationDelay: s.config.DeregistrationSeconds,
		SessionCookie:       edge.SessionCookie(s.config.CertificateArn),
		CertificateArn:      s.config.CertificateArn,
		Retention:           s.retention,
		Tags:                s.tags,
	})
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.balancer.Listeners...)
	return nil
}

func (s *stack) servers(ctx *pulumi.Context) (err error) {
	s.group, err = fleet.NewAutoScalingGroup(ctx, "servers", &fleet.AutoScalingGroupArgs{
		Network:        s.net,
		SecurityGroup:  s.groups.ID(conventions.App),
		LoadBalancer:   s.balancer,
		InstanceType:   s.config.InstanceType,
		AmiID:          s.config.AmiID,
		Architecture:   s.config.architecture,
		MinInstances:   s.config.MinInstances,
		MaxInstances:   s.config.MaxInstances,
		WarmupSeconds:  s.config.InstanceWarmupSeconds,
		GraceSeconds:   s.config.HealthCheckGraceSeconds,
		CPUPercent:     s.config.TargetCPUPercent,
		RequestsMinute: s.config.TargetRequestsPerMinute,
		UserData:       s.userData(),
		Permissions:    s.permissions(),
		Needs:          s.needs,
		Tags:           s.tags,
	})
	return err
}
