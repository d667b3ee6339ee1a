// Package rds is Amazon RDS for PostgreSQL, with PostgreSQL behind it: a primary, its
// synchronous standby, and read replicas.
package rds

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/datastore"
	"myclothes/local/cloud/ec2"
	"myclothes/local/cloud/host"
	"myclothes/local/cloud/rds/postgres"
)

// Instance is aws:rds/instance:Instance for PostgreSQL.
type Instance struct {
	Identifier            string   `json:"identifier"` // the physical name if empty
	Engine                string   `json:"engine"`
	EngineVersion         string   `json:"engineVersion"`
	DBName                string   `json:"dbName"`
	Username              string   `json:"username"`
	Password              string   `json:"password"`
	Port                  int      `json:"port"` // 5432 if 0
	InstanceClass         string   `json:"instanceClass"`
	AllocatedStorage      int      `json:"allocatedStorage"` // GiB; none is limited here
	MultiAZ               bool     `json:"multiAz"`
	AvailabilityZone      string   `json:"availabilityZone"`
	DBSubnetGroupName     string   `json:"dbSubnetGroupName"`
	ParameterGroupName    string   `json:"parameterGroupName"`
	VPCSecurityGroupIDs   []string `json:"vpcSecurityGroupIds"`
	BackupRetentionPeriod int      `json:"backupRetentionPeriod"` // days; none are made here
	ReplicateSourceDB     string   `json:"replicateSourceDb"`     // identifier or ARN

	// ApplyImmediately says that changes which RDS defers do not wait for the maintenance
	// window.
	ApplyImmediately         bool   `json:"applyImmediately"`
	AllowMajorVersionUpgrade bool   `json:"allowMajorVersionUpgrade"`
	DeletionProtection       bool   `json:"deletionProtection"`
	SkipFinalSnapshot        bool   `json:"skipFinalSnapshot"`
	FinalSnapshotIdentifier  string `json:"finalSnapshotIdentifier"` // required unless skipFinalSnapshot
}

// RDS is the service of that name in one account.
type RDS struct {
	SubnetGroups    datastore.SubnetGroups
	ParameterGroups datastore.ParameterGroups
	Instances       *Instances

	host    *host.Host
	network *ec2.Network

	said   datastore.Samples[saidByNode] // by nodes, for the metrics
	meters map[string]*host.Meter        // of nodes, by whoever publishes
}

// New returns a service without databases. Nodes run on the host, and their endpoints are
// in the network.
func New(h *host.Host, n *ec2.Network) *RDS {
	s := &RDS{SubnetGroups: datastore.NewSubnetGroups(n, subnetsInUse), host: h, network: n}
	s.ParameterGroups = datastore.NewParameterGroups(parametersInUse, s.checkParameters)
	s.Instances = &Instances{
		Stores:    datastore.NewStores[*instance]("database", s.ParameterGroups, s.SubnetGroups),
		service:   s,
		snapshots: datastore.NewSnapshots(snapshotExists),
	}
	h.Metrics.Every(s.publish)
	return s
}

// Instances implements Service[DBInstance] with PostgreSQL.
type Instances struct {
	*datastore.Stores[*instance]
	service   *RDS
	snapshots *datastore.Snapshots

	mu       sync.Mutex
	postgres *postgres.Installation // found when the first instance is made
}

// Create returns when the database is usable, and its standby follows.
func (s *Instances) Create(ctx context.Context, r aws.Resource, spec Instance) (aws.Outputs, error) {
	i, err := s.prepare(r, spec)
	if err == nil {
		err = i.create(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", r.Name, err)
	}
	return s.Add(r, i), nil
}

// prepare checks the declaration and finds what the instance stands on.
func (s *Instances) prepare(r aws.Resource, spec Instance) (*instance, error) {
	i := &instance{service: s.service, resource: r}
	if spec.ReplicateSourceDB != "" {
		if i.source = s.named(spec.ReplicateSourceDB); i.source == nil {
			return nil, fmt.Errorf("replicateSourceDb: no database %q", spec.ReplicateSourceDB)
		}
	}
	spec, err := spec.withDefaults(r, i.source)
	if err != nil {
		return nil, err
	}
	if err := s.checkFamily(spec); err != nil {
		return nil, err
	}
	i.Declare(spec, i.show)
	i.postgres, err = s.installation()
	return i, err
}

// installation finds PostgreSQL on this machine, once.
func (s *Instances) installation() (_ *postgres.Installation, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.postgres == nil {
		s.postgres, err = postgres.Find(s.service.host)
	}
	return s.postgres, err
}

// Update changes the running database to what is declared now.
func (s *Instances) Update(ctx context.Context, r aws.Resource, spec Instance) (aws.Outputs, error) {
	i, err := s.Get(r)
	if err != nil {
		return nil, err
	}
	spec, err = spec.withDefaults(r, i.source)
	if err == nil && spec.BackupRetentionPeriod == 0 && len(s.replicasOf(i)) > 0 {
		err = errors.New("backupRetentionPeriod cannot be 0 while there are read replicas")
	}
	if err == nil {
		err = s.checkUpgrade(i.Spec(), spec)
	}
	if err == nil {
		err = i.Modify(ctx, spec, spec.ApplyImmediately, deferred, i.change)
	}
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", r.Name, err)
	}
	return i.Outputs(), nil
}

func (s *Instances) named(reference string) *instance {
	for _, i := range s.All() {
		if i.identifier() == reference || i.resource.ARN == reference {
			return i
		}
	}
	return nil
}

func (s *Instances) replicasOf(source *instance) []*instance {
	return slices.DeleteFunc(s.All(), func(i *instance) bool { return i.source != source })
}

// Report lists the instances, read replicas after what they replicate.
func (s *Instances) Report() []aws.Component {
	var sources, replicas []aws.Component
	for _, i := range s.All() {
		if i.source == nil {
			sources = append(sources, i.Components()...)
		} else {
			replicas = append(replicas, i.Components()...)
		}
	}
	return append(sources, replicas...)
}

// Close stops all databases and removes their folder.
func (s *Instances) Close(ctx context.Context) error {
	err := s.Stores.Close(ctx)
	if s.postgres == nil {
		return err
	}
	return errors.Join(err, os.RemoveAll(s.postgres.Dir))
}
