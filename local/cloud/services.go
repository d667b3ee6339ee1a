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
	Tables         Service[Table]

	LoadBalancers Service[LoadBalancer]
	Listeners     Service[Listener]
	TargetGroups  Service[TargetGroup]

	LaunchTemplates   Service[LaunchTemplate]
	AutoScalingGroups Service[AutoScalingGroup]

	CacheSubnetGroups    Service[SubnetGroup]
	CacheParameterGroups Service[ParameterGroup]
	ReplicationGroups    Service[ReplicationGroup]

	DBSubnetGroups    Service[SubnetGroup]
	DBParameterGroups Service[ParameterGroup]
	DBInstances       Service[DBInstance]
}

// wire makes the services, each on those that it stands on.
func (c *Cloud) wire(o Options) (err error) {
	policies := newIAM()
	secrets := newRecords[Secret]("secret")
	versions := newSecretVersions(secrets, policies)
	tables := newTables(c.host, o.Region, policies)
	c.api, err = openAPI(c.host, c.network,
		apiService{"dynamodb", dynamodbTarget, tables.Call},
		apiService{"secretsmanager", secretsManagerTarget, versions.Call})
	if err != nil {
		return err
	}
	objects := newObjects(c.host, c.network, policies)
	instances := newInstances(c.host, c.network, platform{c.api, objects}, o.Image)
	templates, balancers, groups := newLaunchTemplates(), newLoadBalancers(c.network, o.ListenerPorts), newTargetGroups(c.network)
	c.groups = newAutoScalingGroups(c.host.Log, instances, templates, groups)
	caches, databases := newElastiCache(c.host, c.network), newRDS(c.host, c.network)
	c.services = services{
		Subnets: c.network.Subnets(), IngressRules: c.network.IngressRules(), EgressRules: c.network.EgressRules(),
		VPCEndpoints: c.network.VPCEndpoints(),
		Roles:        policies.Roles, RolePolicies: policies.RolePolicies, InstanceProfiles: policies.InstanceProfiles,
		Objects: objects, Secrets: secrets, SecretVersions: versions, Tables: tables,
		LoadBalancers: balancers, TargetGroups: groups, Listeners: newListeners(c.host, balancers, groups),
		LaunchTemplates: templates, AutoScalingGroups: c.groups,
		CacheSubnetGroups: caches.SubnetGroups, CacheParameterGroups: caches.ParameterGroups, ReplicationGroups: caches.ReplicationGroups,
		DBSubnetGroups: databases.SubnetGroups, DBParameterGroups: databases.ParameterGroups, DBInstances: databases.Instances,
	}
	return nil
}

// platform is what instances get: credentials and the way to the APIs, and objects.
type platform struct {
	*api
	*objects
}

// all lists the services in the order in which a request passes them, which is
// also the order in which to stop them.
func (s services) all() []any {
	return []any{s.LoadBalancers, s.TargetGroups, s.AutoScalingGroups, s.ReplicationGroups, s.DBInstances, s.Tables}
}
