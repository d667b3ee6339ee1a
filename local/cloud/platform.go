package cloud

// platform is what the services stand on: who is who, who may do what, and what
// is kept for whom.
type platform struct {
	authority *authority
	api       *api

	vpcEndpoints     vpcEndpoints
	roles            *records[Role]
	rolePolicies     rolePolicies
	instanceProfiles *records[InstanceProfile]
	objects          *objects
	secrets          *records[Secret]
	secretVersions   *secretVersions
	tables           *tables

	cacheSubnetGroups    *records[CacheSubnetGroup]
	cacheParameterGroups *records[CacheParameterGroup]
	dbSubnetGroups       *records[DBSubnetGroup]
	dbParameterGroups    *records[DBParameterGroup]
}

func newPlatform(dir string) (platform, error) {
	authority, err := newAuthority(dir)
	secrets := newRecords[Secret]()
	return platform{
		authority:            authority,
		vpcEndpoints:         vpcEndpoints{newRecords[VPCEndpoint]()},
		roles:                newRecords[Role](),
		rolePolicies:         rolePolicies{newRecords[RolePolicy]()},
		instanceProfiles:     newRecords[InstanceProfile](),
		objects:              newObjects(dir),
		secrets:              secrets,
		secretVersions:       &secretVersions{secrets: secrets},
		cacheSubnetGroups:    newRecords[CacheSubnetGroup](),
		cacheParameterGroups: newRecords[CacheParameterGroup](),
		dbSubnetGroups:       newRecords[DBSubnetGroup](),
		dbParameterGroups:    newRecords[DBParameterGroup](),
	}, err
}

// platformServices returns the services whose resources the platform holds, and
// the data stores.
func (c *Cloud) platformServices() services {
	p := &c.platform
	p.tables = newTables(c)
	return services{
		Subnets:              subnets{c.network},
		IngressRules:         securityGroupRules{c.network, ingress},
		EgressRules:          securityGroupRules{c.network, egress},
		VPCEndpoints:         p.vpcEndpoints,
		Roles:                p.roles,
		RolePolicies:         p.rolePolicies,
		InstanceProfiles:     p.instanceProfiles,
		Objects:              p.objects,
		Secrets:              p.secrets,
		SecretVersions:       p.secretVersions,
		CacheParameterGroups: p.cacheParameterGroups,
		ReplicationGroups:    newReplicationGroups(c),
		DBSubnetGroups:       p.dbSubnetGroups,
		CacheSubnetGroups:    p.cacheSubnetGroups,
		DBParameterGroups:    p.dbParameterGroups,
		DBInstances:          newDBInstances(c),
		Tables:               p.tables,
	}
}
