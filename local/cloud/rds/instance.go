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

	"golang.org/x/sync/errgroup"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/host"
)

// How often the nodes of a database are asked whether they are well. The end of a
// process is noticed at once.
const lookInterval = time.Second

// instance is one database, or one read replica of it. Only its keeper changes it.
type instance struct {
	datastore.Kept[Instance]
	service   *RDS
	resource  aws.Resource
	postgres  *postgresql
	source    *instance // nil unless a read replica
	dir       string
	endpoint  *ec2.Endpoint  // what clients use
	internal  *host.Endpoint // where standby and read replicas find the primary
	adminPass string         // rdsadmin's; the same in read replicas

	// timeline is PostgreSQL's number for the history that the primary writes: every
	// promotion begins another.
	timeline atomic.Int64

	placement ec2.Placement
	primary   *dbNode // the only node of a read replica
	standby   *dbNode // nil without multiAz, and while a new one is made
	serial    int     // of the node that was made last
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
	if err != nil {
		return errors.Join(err, i.Stop())
	}
	i.route()
	var processes []*host.Process
	for _, node := range i.nodes() {
		processes = append(processes, node.Process)
	}
	i.Keep(lookInterval, i.look, processes...)
	return nil
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
	if i.internal, err = i.service.host.ListenInternal(); err != nil {
		return err
	}
	i.dir = filepath.Join(i.postgres.dir, i.identifier())
	if err := i.postgres.mkdir(i.dir); err != nil {
		return err
	}
	if err := i.service.host.Authority.IssueTo(i.dir, i.endpoint.Host()); err != nil {
		return err
	}
	return errors.Join(
		i.postgres.own(filepath.Join(i.dir, "server.crt")),
		i.postgres.own(filepath.Join(i.dir, "server.key")),
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
	if err := i.primary.start(ctx); err != nil {
		return err
	}
	i.internal.Move(i.primary.Address)
	var steps errgroup.Group
	steps.Go(func() error { return i.createMaster(ctx) })
	steps.Go(func() error { return i.startStandby(ctx) })
	return steps.Wait()
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
	return i.primary.replicate(ctx, i.source.internal)
}

// startStandby makes the standby in another zone and lets the primary wait for it
// with every commit.
func (i *instance) startStandby(ctx context.Context) error {
	if !i.Spec().MultiAZ || i.source != nil {
		return nil
	}
	standby, err := i.newNode(i.placement.Zone(i.primary.Zone))
	if err != nil {
		return err
	}
	if err := standby.replicate(ctx, i.internal); err != nil {
		standby.remove()
		return err
	}
	i.standby = standby
	return i.primary.waitFor(ctx, standby)
}

func (i *instance) nodes() []*dbNode {
	nodes := []*dbNode{i.primary}
	if i.standby != nil {
		nodes = append(nodes, i.standby)
	}
	return nodes
}

// ParameterGroup is the declared one.
func (i *instance) ParameterGroup() string { return i.Spec().ParameterGroupName }

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
		"engineVersionActual": i.postgres.version,
		"username":            i.Spec().Username,
		"dbName":              i.Spec().DBName,
	}
}

// Stop ends all nodes, removes their data and frees the address.
func (i *instance) Stop() error {
	i.Leave()
	if i.primary != nil {
		for _, node := range i.nodes() {
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
