package data

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds"
	"github.com/pulumi/pulumi-random/sdk/v4/go/random"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"myclothes/infra/conventions"
	"myclothes/infra/network"
)

// databaseName is the database, and the name of the user who owns it.
const databaseName = "myclothes"

// serviceRole is the user as whom the service reads and writes rows. It may not change
// the schema; instances make it, as the owner, when they migrate.
const serviceRole = "cart_service"

// DatabaseArgs say what database to make.
type DatabaseArgs struct {
	network.Site
	DatabaseConfig
	Maintenance
}

// Database is an RDS PostgreSQL primary with its read replicas.
type Database struct {
	pulumi.ResourceState

	writer  pulumi.StringOutput   // host:port of the primary
	readers []pulumi.StringOutput // host:port of every read replica

	port          int
	securityGroup pulumi.StringOutput
	owner         credentials // {"username","password"} of the owner
	service       credentials // {"username","password"} of serviceRole
	instances     []pulumi.Resource
}

// NewDatabase declares the primary, its credentials and its replicas. RDS cannot
// manage the master password of a primary that has replicas ("Password management
// with Amazon RDS and AWS Secrets Manager", limitations), so the stack does.
func NewDatabase(ctx *pulumi.Context, name string, args *DatabaseArgs, opts ...pulumi.ResourceOption) (*Database, error) {
	d := &Database{port: args.Port}
	if err := ctx.RegisterComponentResource("myclothes:index:Database", name, d, opts...); err != nil {
		return nil, err
	}
	securityGroup, err := args.Groups.ID(ctx, conventions.Database)
	if err != nil {
		return nil, err
	}
	d.securityGroup = securityGroup
	password, err := d.createUsers(ctx, name, args)
	if err != nil {
		return nil, err
	}
	primary, err := d.createPrimary(ctx, name, password, args)
	if err != nil {
		return nil, err
	}
	for i := range args.ReadReplicas {
		if err := d.createReplica(ctx, fmt.Sprintf("%s-replica-%d", name, i+1), i, primary, args); err != nil {
			return nil, err
		}
	}
	d.writer = primary.Endpoint
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{"writer": d.writer})
}

// createUsers generates the passwords of owner and service, and returns the owner's.
func (d *Database) createUsers(ctx *pulumi.Context, name string, args *DatabaseArgs) (owners pulumi.StringOutput, err error) {
	if owners, err = newPassword(ctx, name+"-password", 32, d); err != nil {
		return owners, err
	}
	fields := pulumi.Map{"username": pulumi.String(databaseName), "password": owners}
	if d.owner, err = newCredentials(ctx, name+"-credentials", fields, args.Site, d); err != nil {
		return owners, err
	}
	services, err := newPassword(ctx, name+"-service-password", 32, d)
	if err != nil {
		return owners, err
	}
	fields = pulumi.Map{"username": pulumi.String(serviceRole), "password": services}
	d.service, err = newCredentials(ctx, name+"-service-credentials", fields, args.Site, d)
	return owners, err
}

func (d *Database) createPrimary(ctx *pulumi.Context, name string, password pulumi.StringOutput, args *DatabaseArgs) (*rds.Instance, error) {
	subnets, err := rds.NewSubnetGroup(ctx, name, &rds.SubnetGroupArgs{
		SubnetIds: args.Network.Isolated,
		Tags:      args.Tags.Named(name),
	}, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	parameters, err := createParameters(ctx, name, args, d)
	if err != nil {
		return nil, err
	}
	a := d.instanceArgs(name+"-primary", args)
	a.Engine = pulumi.String("postgres")
	a.EngineVersion = pulumi.String(args.EngineVersion)
	a.EngineLifecycleSupport = pulumi.String("open-source-rds-extended-support-disabled")
	a.DbName = pulumi.String(databaseName)
	a.Username = pulumi.String(databaseName)
	a.Password = password
	a.AllocatedStorage = pulumi.Int(args.StorageGB)
	a.StorageType = pulumi.String("gp3")
	a.Port = pulumi.Int(args.Port)
	a.DbSubnetGroupName = subnets.Name
	a.ParameterGroupName = parameters.Name
	a.MultiAz = pulumi.Bool(args.MultiAZ)
	a.BackupRetentionPeriod = pulumi.Int(args.BackupRetentionDays)
	if !args.Retention.FinalSnapshot {
		a.SkipFinalSnapshot = pulumi.Bool(true)
	} else if a.FinalSnapshotIdentifier, err = d.finalSnapshot(ctx, name); err != nil {
		return nil, err
	}
	primary, err := rds.NewInstance(ctx, name+"-primary", a, pulumi.Parent(d), pulumi.Protect(args.Retention.Protect))
	d.instances = append(d.instances, primary)
	return primary, err
}

// createReplica declares a read replica. What it inherits from the primary must
// not be set, and what the provider does not read back must be.
func (d *Database) createReplica(ctx *pulumi.Context, name string, index int, primary *rds.Instance, args *DatabaseArgs) error {
	a := d.instanceArgs(name, args)
	a.ReplicateSourceDb = primary.Identifier
	a.AvailabilityZone = pulumi.String(args.Location.Zones[(index+1)%len(args.Location.Zones)])
	a.SkipFinalSnapshot = pulumi.Bool(true) // replicas have none
	replica, err := rds.NewInstance(ctx, name, a, pulumi.Parent(d))
	if err != nil {
		return err
	}
	d.instances = append(d.instances, replica)
	d.readers = append(d.readers, replica.Endpoint)
	return nil
}

// instanceArgs are the properties that primary and replicas share.
func (d *Database) instanceArgs(name string, args *DatabaseArgs) *rds.InstanceArgs {
	return &rds.InstanceArgs{
		InstanceClass:           pulumi.String(args.InstanceClass),
		MaxAllocatedStorage:     pulumi.Int(args.MaxStorageGB),
		StorageEncrypted:        pulumi.Bool(true),
		VpcSecurityGroupIds:     pulumi.StringArray{d.securityGroup},
		PubliclyAccessible:      pulumi.Bool(false),
		AutoMinorVersionUpgrade: pulumi.Bool(true),
		CopyTagsToSnapshot:      pulumi.Bool(true),
		DeletionProtection:      pulumi.Bool(args.Retention.DeletionProtection),
		ApplyImmediately:        pulumi.Bool(args.ApplyImmediately),
		Tags:                    args.Tags.Named(name),
	}
}

// createParameters declares the parameter group, which refuses plaintext
// connections. A major version has a group of its own, made before the old one goes.
func createParameters(ctx *pulumi.Context, name string, args *DatabaseArgs, parent pulumi.Resource) (*rds.ParameterGroup, error) {
	return rds.NewParameterGroup(ctx, name, &rds.ParameterGroupArgs{
		Family: pulumi.String("postgres" + args.EngineVersion[:2]),
		Parameters: rds.ParameterGroupParameterArray{
			rds.ParameterGroupParameterArgs{
				Name: pulumi.String("rds.force_ssl"), Value: pulumi.String("1"), ApplyMethod: pulumi.String("immediate"),
			},
		},
		Tags: args.Tags.Named(name),
	}, pulumi.Parent(parent))
}

// finalSnapshot names the snapshot that a destroy leaves. The suffix stays the same
// for the life of the stack, and differs from that of the next one.
func (d *Database) finalSnapshot(ctx *pulumi.Context, name string) (pulumi.StringPtrInput, error) {
	suffix, err := random.NewRandomId(ctx, name+"-final", &random.RandomIdArgs{ByteLength: pulumi.Int(4)}, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	return pulumi.Sprintf("myclothes-%s-final-%s", name, suffix.Hex).ToStringPtrOutput(), nil
}
