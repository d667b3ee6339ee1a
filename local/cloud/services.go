package cloud

// services are the AWS services that have a runtime here. Everything else that
// the declaration names is only recorded (see package provider).
type services struct {
	Subnets      Service[Subnet]
	IngressRules Service[SecurityGroupRule]
	EgressRules  Service[SecurityGroupRule]
	VPCEndpoints Service[VPCEndpoint]

	Roles            Service[Role]
	RolePolicies     Service[RolePolicy]
	InstanceProfiles Service[InstanceProfile]

	Objects        Service[Object]
	Secrets        Service[Secret]
	SecretVersions Service[SecretVersion]

	LoadBalancers Service[LoadBalancer]
	Listeners     Service[Listener]
	TargetGroups  Service[TargetGroup]

	LaunchTemplates   Service[LaunchTemplate]
	AutoScalingGroups Service[AutoScalingGroup]

	CacheParameterGroups Service[CacheParameterGroup]
	ReplicationGroups    Service[ReplicationGroup]

	DBSubnetGroups    Service[DBSubnetGroup]
	CacheSubnetGroups Service[CacheSubnetGroup]
	DBParameterGroups Service[DBParameterGroup]
	DBInstances       Service[DBInstance]

	Tables Service[Table]
}

func newServices(c *Cloud, o Options) services {
	s := c.platformServices()
	balancers, groups, templates := newLoadBalancers(c, o), newTargetGroups(c), newLaunchTemplates()
	s.LoadBalancers, s.TargetGroups = balancers, groups
	s.Listeners = newListeners(c, o, balancers, groups)
	s.LaunchTemplates = templates
	s.AutoScalingGroups = newAutoScalingGroups(c, templates, groups)
	return s
}

// all lists the services in the order in which a request passes them, which is
// also the order in which to stop them.
func (s services) all() []any {
	return []any{
		s.LoadBalancers, s.TargetGroups, s.AutoScalingGroups,
		s.ReplicationGroups, s.DBInstances, s.Tables, s.Secrets,
	}
}
