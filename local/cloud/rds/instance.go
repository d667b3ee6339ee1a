package rds

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/rds/postgres"
)

// How often the nodes of a database are asked whether they are well, and how long it takes
// until something that failed is tried again. The end of a process is noticed at once.
const lookInterval = time.Second

// instance is one database, or one read replica of it. Only its keeper changes it.
type instance struct {
	datastore.Kept[Instance]
	service   *RDS
	resource  aws.Resource
	postgres  *postgres.Installation
	source    *instance // nil unless a read replica
	dir       string
	endpoint  *ec2.Endpoint    // what clients use
	route     *datastore.Route // where that leads
	internal  *host.Endpoint   // where standby and read replicas find the primary
	adminPass string           // rdsadmin's; the same in read replicas

	// timeline is PostgreSQL's number for the history that the primary writes: every
	// promotion begins another.
	timeline atomic.Int64
	// connections is how many the primary takes since it was started.
	connections atomic.Int64

	placement ec2.Placement
	primary   *dbNode // the only node of a read replica
	standby   *dbNode // nil without multiAz, and while a new one is made
	making    *dbNode // what is to be the standby
	gone      *dbNode // the lost primary, for as long as clients are led to it
	serial    int     // of the node that was made last

	problem error     // what could not be done last
	retry   time.Time // when it is tried again
}

func (i *instance) identifier() string { return i.Spec().Identifier }

// create returns when the database is usable.
func (i *instance) create(ctx context.Context) error {
	err := i.prepare()
	if err == nil && i.source == nil {
		err = i.startPrimary(ctx)
	} else if err == nil {
		err = i.startReplica(ctx)
	}
	if err == nil {
		err = i.keep(ctx)
	}
	if err != nil {
		return errors.Join(err, i.Stop())
	}
	return nil
}

// keep hands the first node to a keeper, and returns when that has made the others.
func (i *instance) keep(ctx context.Context) error {
	i.route.Point(time.Now(), i.primary.Address)
	i.internal.Move(i.primary.Address)
	i.Publish()
	i.Start(lookInterval, i.look)
	if i.source == nil {
		if err := i.createMaster(ctx); err != nil {
			return err
		}
	}
	return i.settle(ctx)
}

// prepare makes everything but the nodes.
func (i *instance) prepare() error {
	var err error
	if i.placement, err = i.service.SubnetGroups.Placement(i.Spec().DBSubnetGroupName); err != nil {
		return err
	}
	if i.Spec().MultiAZ && len(i.placement.Zones) < 2 {
		return fmt.Errorf("multiAz needs subnets in two zones or more, and subnet group %s has one", i.Spec().DBSubnetGroupName)
	}
	owner := "database " + i.identifier()
	if i.endpoint, err = i.service.network.OpenEndpoint(owner, i.Spec().VPCSecurityGroupIDs, i.Spec().Port); err != nil {
		return err
	}
	i.route = datastore.NewRoute(i.endpoint)
	if i.internal, err = i.service.host.ListenInternal(); err != nil {
		return err
	}
	i.dir = filepath.Join(i.postgres.Dir, i.identifier())
	if err := i.postgres.Mkdir(i.dir); err != nil {
		return err
	}
	if err := i.service.host.Authority.IssueTo(i.dir, i.endpoint.Host()); err != nil {
		return err
	}
	return errors.Join(
		i.postgres.Own(filepath.Join(i.dir, "server.crt")),
		i.postgres.Own(filepath.Join(i.dir, "server.key")),
		i.writeAccess(),
	)
}

func (i *instance) startPrimary(ctx context.Context) error {
	i.adminPass = rand.Text()
	zone := i.Spec().AvailabilityZone
	if zone == "" {
		zone = i.placement.Zone()
	}
	var err error
	if i.primary, err = i.newNode(zone); err != nil {
		return err
	}
	if err := i.primary.initialize(ctx); err != nil {
		return err
	}
	i.timeline.Store(1)
	return i.launchFirst(ctx)
}

// launchFirst starts the first node, for which there is no keeper yet.
func (i *instance) launchFirst(ctx context.Context) error {
	if err := i.primary.launch(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := i.primary.ready(ctx, i.primary.Process); err != nil {
		return err
	}
	i.primary.usable()
	return nil
}

func (i *instance) startReplica(ctx context.Context) error {
	i.adminPass = i.source.adminPass
	zone := i.Spec().AvailabilityZone
	if zone == "" {
		var taken []string
		for _, c := range i.source.Components() {
			taken = append(taken, c.Zone)
		}
		zone = i.placement.Zone(taken...)
	}
	var err error
	if i.primary, err = i.newNode(zone); err != nil {
		return err
	}
	i.primary.follows = i.source.internal
	copying, cancel := context.WithTimeout(ctx, copyTimeout)
	defer cancel()
	if err := i.primary.copy(copying); err != nil {
		return err
	}
	return i.launchFirst(ctx)
}

// nodes lists the database's nodes; what is still being made is none.
func (i *instance) nodes() []*dbNode {
	nodes := []*dbNode{i.primary}
	if i.standby != nil {
		nodes = append(nodes, i.standby)
	}
	return nodes
}

// ParameterGroup is the declared one.
func (i *instance) ParameterGroup() string { return i.Spec().ParameterGroupName }

// SubnetGroup is the declared one.
func (i *instance) SubnetGroup() string { return i.Spec().DBSubnetGroupName }

// Outputs are what AWS computes of a database.
func (i *instance) Outputs() aws.Outputs {
	components := i.Components()
	return aws.Outputs{
		"arn":                 i.resource.ARN,
		"identifier":          i.identifier(),
		"resourceId":          i.resource.ID,
		"address":             i.endpoint.Host(),
		"endpoint":            i.endpoint.String(),
		"port":                i.Spec().Port,
		"status":              "available",
		"availabilityZone":    components[0].Zone,
		"engine":              i.Spec().Engine,
		"engineVersionActual": i.postgres.Version,
		"username":            i.Spec().Username,
		"dbName":              i.Spec().DBName,
	}
}

// Stop ends all nodes, removes their data and frees the address.
func (i *instance) Stop() error {
	i.Keeper.Stop()
	for _, node := range []*dbNode{i.primary, i.standby, i.making, i.gone} {
		if node != nil {
			node.discard()
		}
	}
	i.endpoint.Close()
	i.internal.Close()
	if i.dir == "" {
		return nil
	}
	return os.RemoveAll(i.dir)
}
