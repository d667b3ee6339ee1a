package infra

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Deploy declares the whole stack. Nothing is registered when its configuration is
// refused.
func Deploy(ctx *pulumi.Context) error {
	config, err := LoadConfig(ctx)
	if err != nil {
		return err
	}
	where, err := locate(ctx, config.AvailabilityZones)
	if err != nil {
		return err
	}
	s := &stack{config: config, location: where, tags: tagger{ctx.Project(), ctx.Stack()}}
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
	config   Config
	location location
	tags     tagger

	net      *Network
	groups   *SecurityGroups
	memory   *Cache
	data     *Database
	table    *SessionTable // nil unless carts are in DynamoDB
	cookies  *credentials  // nil unless carts are in cookies
	binary   *Release
	balancer *LoadBalancer
	fleet    *AutoScalingGroup
	needs    []pulumi.Resource // what an instance uses when it boots
}

func (s *stack) network(ctx *pulumi.Context) (err error) {
	s.net, err = NewNetwork(ctx, "network", &NetworkArgs{
		CIDR:        s.config.VpcCIDR,
		Zones:       s.location.zones,
		NatGateways: s.config.NatGateways,
		Region:      s.location.region,
		Gateways:    s.gateways(),
		subnets:     s.config.subnets,
		tags:        s.tags,
	})
	return err
}

// gateways lists the AWS services that the network has a gateway endpoint for.
func (s *stack) gateways() []string {
	if s.config.CartStore == StoreDynamoDB {
		return []string{string(peerS3), string(peerDynamoDB)}
	}
	return []string{string(peerS3)}
}

func (s *stack) securityGroups(ctx *pulumi.Context) (err error) {
	s.groups, err = NewSecurityGroups(ctx, "groups", &SecurityGroupsArgs{
		Network: s.net, groups: groups(s.config), flows: flows(s.config), tags: s.tags,
	})
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.net.vpc)
	s.needs = append(s.needs, s.groups.rules...)
	for _, service := range s.gateways() {
		s.needs = append(s.needs, s.net.endpoints[service])
	}
	if s.config.NatGateways == NatNone {
		endpoint, err := newSecretsEndpoint(ctx, s.net, s.groups, s.location.region, s.tags)
		s.needs = append(s.needs, endpoint)
		return err
	}
	return nil
}

func (s *stack) cache(ctx *pulumi.Context) (err error) {
	s.memory, err = NewCache(ctx, "cache", &CacheArgs{
		Network:          s.net,
		SecurityGroup:    s.groups.id(peerCache),
		NodeType:         s.config.CacheNodeType,
		Port:             s.config.CachePort,
		Replicas:         s.config.CacheReplicas,
		ApplyImmediately: s.config.ApplyImmediately,
		Deletable:        !s.config.DeletionProtection,
		tags:             s.tags,
	})
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.memory.group, s.memory.credentials.version)
	return nil
}

func (s *stack) database(ctx *pulumi.Context) (err error) {
	s.data, err = NewDatabase(ctx, "database", &DatabaseArgs{
		Network:             s.net,
		SecurityGroup:       s.groups.id(peerDatabase),
		Zones:               s.location.zones,
		InstanceClass:       s.config.DatabaseInstanceClass,
		EngineVersion:       s.config.DatabaseEngineVersion,
		Port:                s.config.DatabasePort,
		StorageGB:           s.config.DatabaseStorageGB,
		MaxStorageGB:        s.config.DatabaseMaxStorageGB,
		MultiAZ:             s.config.DatabaseMultiAZ,
		ReadReplicas:        s.config.ReadReplicas,
		BackupRetentionDays: s.config.BackupRetentionDays,
		ApplyImmediately:    s.config.ApplyImmediately,
		Deletable:           !s.config.DeletionProtection,
		tags:                s.tags,
	})
	if err != nil {
		return err
	}
	s.needs = append(append(s.needs, s.data.instances...), s.data.credentials.version, s.data.service.version)
	return nil
}

func (s *stack) sessionTable(ctx *pulumi.Context) (err error) {
	if s.config.CartStore != StoreDynamoDB {
		return nil
	}
	s.table, err = NewSessionTable(ctx, "sessions", &SessionTableArgs{Deletable: !s.config.DeletionProtection, tags: s.tags})
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.table.table)
	return nil
}

// cookieKey generates the keys that encrypt carts in cookies.
func (s *stack) cookieKey(ctx *pulumi.Context) error {
	if s.config.CartStore != StoreCookie {
		return nil
	}
	keys, err := newCookieKeys(ctx, "cookie", s.config.CookieKeys, !s.config.DeletionProtection, s.tags)
	if err != nil {
		return err
	}
	s.cookies = &keys.credentials
	s.needs = append(s.needs, keys.credentials.version)
	return nil
}

func (s *stack) release(ctx *pulumi.Context) (err error) {
	s.binary, err = NewRelease(ctx, "release", &ReleaseArgs{Architecture: s.config.architecture, tags: s.tags})
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.binary.object)
	return nil
}

func (s *stack) loadBalancer(ctx *pulumi.Context) (err error) {
	s.balancer, err = NewLoadBalancer(ctx, "web", &LoadBalancerArgs{
		Network:             s.net,
		SecurityGroup:       s.groups.id(peerLoadBalancer),
		TargetPort:          s.config.AppPort,
		Stickiness:          s.config.Stickiness,
		StickinessSeconds:   s.config.StickinessSeconds,
		DeregistrationDelay: s.config.DeregistrationSeconds,
		SessionCookie:       sessionCookie(s.config),
		CertificateArn:      s.config.CertificateArn,
		DeletionProtection:  s.config.DeletionProtection,
		tags:                s.tags,
	})
	if err != nil {
		return err
	}
	s.needs = append(s.needs, s.balancer.listeners...)
	return nil
}

func (s *stack) servers(ctx *pulumi.Context) (err error) {
	s.fleet, err = NewAutoScalingGroup(ctx, "servers", &AutoScalingGroupArgs{
		Network:        s.net,
		SecurityGroup:  s.groups.id(peerApp),
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
		tags:           s.tags,
	})
	return err
}
