package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/elasticache"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
	"myclothes/infra/network"
)

// The engine is Valkey: ElastiCache sells the same nodes for less than as Redis OSS,
// it is what AWS develops on, and the service keeps to commands of Redis 7.0, which
// the tests and the local cloud run.
const (
	cacheEngine        = "valkey"
	cacheEngineVersion = "8.0"
	cacheFamily        = "valkey8"
)

// CacheArgs say what cache to make.
type CacheArgs struct {
	network.Site
	CacheConfig
	Maintenance
}

// Cache is an ElastiCache replication group behind one primary endpoint, encrypted
// and only for holders of its token.
type Cache struct {
	pulumi.ResourceState

	args        *CacheArgs
	credentials credentials // {"authToken"}
	group       *elasticache.ReplicationGroup
}

// NewCache declares the replication group and its token.
func NewCache(ctx *pulumi.Context, name string, args *CacheArgs, opts ...pulumi.ResourceOption) (*Cache, error) {
	c := &Cache{args: args}
	if err := ctx.RegisterComponentResource("myclothes:index:Cache", name, c, opts...); err != nil {
		return nil, err
	}
	token, err := newPassword(ctx, name+"-token", 64, c)
	if err != nil {
		return nil, err
	}
	if c.credentials, err = newCredentials(ctx, name+"-credentials", pulumi.Map{"authToken": token}, args.Site, c); err != nil {
		return nil, err
	}
	if err := c.createGroup(ctx, name, token, args); err != nil {
		return nil, err
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"primaryAddress": c.group.PrimaryEndpointAddress})
}

// Contribution lets instances reach the cache and read its token. The address is a host
// name that follows a failover.
func (c *Cache) Contribution() conventions.Contribution {
	asked := readable(c.credentials)
	asked.Add(conventions.Contribution{
		Flows: []conventions.Flow{{From: conventions.App, To: conventions.Cache, Port: c.args.Port}},
		Environment: []conventions.Variable{
			{Name: "CART_CACHE_ADDRESS", Value: pulumi.Sprintf("%s:%d", c.group.PrimaryEndpointAddress, c.group.Port.Elem())},
			{Name: "CART_CACHE_SECRET", Value: c.credentials.arn},
			{Name: "CART_CACHE_DURABILITY", Value: pulumi.String(c.args.durability())},
		},
		BeforeBoot: []pulumi.Resource{c.group},
		Outputs:    pulumi.Map{"cachePrimary": c.group.PrimaryEndpointAddress, "cacheSecretArn": c.credentials.arn},
	})
	return asked
}

func (c *Cache) createGroup(ctx *pulumi.Context, name string, token pulumi.StringOutput, args *CacheArgs) error {
	securityGroup, err := args.Groups.ID(ctx, conventions.Cache)
	if err != nil {
		return err
	}
	subnets, err := elasticache.NewSubnetGroup(ctx, name, &elasticache.SubnetGroupArgs{
		SubnetIds: args.Network.Isolated,
		Tags:      args.Tags.Named(name),
	}, pulumi.Parent(c))
	if err != nil {
		return err
	}
	parameters, err := elasticache.NewParameterGroup(ctx, name, &elasticache.ParameterGroupArgs{
		Family: pulumi.String(cacheFamily),
		Parameters: elasticache.ParameterGroupParameterArray{
			// A full cache refuses writes, which people see, rather than forget carts,
			// which they do not.
			elasticache.ParameterGroupParameterArgs{Name: pulumi.String("maxmemory-policy"), Value: pulumi.String("noeviction")},
			// The service remembers a cart's latest changes in a field of at most so
			// many bytes. With a longer one a hash leaves its compact encoding.
			elasticache.ParameterGroupParameterArgs{Name: pulumi.String("hash-max-listpack-value"), Value: pulumi.String("1024")},
		},
		Tags: args.Tags.Named(name),
	}, pulumi.Parent(c))
	if err != nil {
		return err
	}
	c.group, err = elasticache.NewReplicationGroup(ctx, name, &elasticache.ReplicationGroupArgs{
		Description:              pulumi.String("MyClothes sessions and cache"),
		Engine:                   pulumi.String(cacheEngine),
		EngineVersion:            pulumi.String(cacheEngineVersion),
		AutoMinorVersionUpgrade:  pulumi.Bool(false), // going back a version replaces the group, and its carts
		NodeType:                 pulumi.String(args.NodeType),
		Port:                     pulumi.Int(args.Port),
		NumCacheClusters:         pulumi.Int(1 + args.Replicas),
		AutomaticFailoverEnabled: pulumi.Bool(args.Replicas > 0),
		MultiAzEnabled:           pulumi.Bool(args.Replicas > 0),
		SubnetGroupName:          subnets.Name,
		ParameterGroupName:       parameters.Name,
		SecurityGroupIds:         pulumi.StringArray{securityGroup},
		AtRestEncryptionEnabled:  pulumi.Bool(true),
		TransitEncryptionEnabled: pulumi.Bool(true),
		TransitEncryptionMode:    pulumi.String("required"),
		AuthToken:                token,
		SnapshotRetentionLimit:   pulumi.Int(1),
		ApplyImmediately:         pulumi.Bool(args.ApplyImmediately),
		Tags:                     args.Tags.Named(name),
	}, pulumi.Parent(c), pulumi.Protect(args.Retention.Protect))
	return err
}
