package cloud

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
)

// DBParameterGroup is aws:rds/parameterGroup:ParameterGroup.
type DBParameterGroup struct {
	Parameters []Parameter `json:"parameters"`
}

// DBInstance is aws:rds/instance:Instance for PostgreSQL.
type DBInstance struct {
	Identifier            string   `json:"identifier"` // the physical name if empty
	Engine                string   `json:"engine"`
	EngineVersion         string   `json:"engineVersion"`
	DBName                string   `json:"dbName"`
	Username              string   `json:"username"`
	Password              string   `json:"password"`
	Port                  int      `json:"port"` // 5432 if 0
	MultiAZ               bool     `json:"multiAz"`
	AvailabilityZone      string   `json:"availabilityZone"`
	DBSubnetGroupName     string   `json:"dbSubnetGroupName"`
	ParameterGroupName    string   `json:"parameterGroupName"`
	VPCSecurityGroupIDs   []string `json:"vpcSecurityGroupIds"`
	BackupRetentionPeriod int      `json:"backupRetentionPeriod"` // days; none are made here
	ReplicateSourceDB     string   `json:"replicateSourceDb"`     // identifier or ARN
}

// dbInstances implements Service[DBInstance] with PostgreSQL.
type dbInstances struct {
	cloud     *Cloud
	instances *running[*dbInstance]

	mu       sync.Mutex
	postgres *postgresql // found when the first instance is made
}

func newDBInstances(c *Cloud) *dbInstances {
	s := &dbInstances{cloud: c, instances: newRunning[*dbInstance]()}
	c.dbParameterGroups.changed = s.parametersChanged
	return s
}

func (s *dbInstances) Create(ctx context.Context, r Resource, spec DBInstance) (Outputs, error) {
	i, err := s.prepare(r, spec)
	if err == nil {
		err = i.create(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", r.Name, err)
	}
	s.instances.add(r.ID, i)
	return i.outputs(), nil
}

// prepare checks the declaration and finds what the instance stands on.
func (s *dbInstances) prepare(r Resource, spec DBInstance) (*dbInstance, error) {
	i := &dbInstance{cloud: s.cloud, resource: r}
	if spec.ReplicateSourceDB != "" {
		if i.source = s.named(spec.ReplicateSourceDB); i.source == nil {
			return nil, fmt.Errorf("replicateSourceDb: no database %q", spec.ReplicateSourceDB)
		}
	}
	var err error
	if i.spec, err = spec.withDefaults(r, i.source); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.postgres == nil {
		if s.postgres, err = findPostgres(s.cloud.dir); err != nil {
			return nil, err
		}
	}
	i.postgres = s.postgres
	return i, nil
}

func (s *dbInstances) Update(ctx context.Context, r Resource, spec DBInstance) (Outputs, error) {
	i, ok := s.instances.find(r.ID)
	if !ok {
		return nil, fmt.Errorf("database %s is not running", r.Name)
	}
	spec, err := spec.withDefaults(r, i.source)
	if err == nil && spec.BackupRetentionPeriod == 0 && len(s.replicasOf(i)) > 0 {
		err = errors.New("backupRetentionPeriod cannot be 0 while there are read replicas")
	}
	if err == nil {
		err = i.keeper.do(ctx, func(ctx context.Context) error { return i.update(ctx, spec) })
	}
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", r.Name, err)
	}
	return i.outputs(), nil
}

func (s *dbInstances) Delete(ctx context.Context, r Resource) error {
	i, ok := s.instances.remove(r.ID)
	if !ok {
		return nil
	}
	return i.stop(ctx)
}

func (s *dbInstances) named(reference string) *dbInstance {
	for _, i := range s.instances.all() {
		if i.identifier() == reference || i.resource.ARN == reference {
			return i
		}
	}
	return nil
}

func (s *dbInstances) replicasOf(source *dbInstance) []*dbInstance {
	return slices.DeleteFunc(s.instances.all(), func(i *dbInstance) bool { return i.source != source })
}

// parametersChanged applies an edited parameter group where it is in use.
func (s *dbInstances) parametersChanged(ctx context.Context, parameters record[DBParameterGroup]) error {
	var problems []error
	for _, i := range s.instances.all() {
		problems = append(problems, i.keeper.do(ctx, func(ctx context.Context) error {
			if i.spec.ParameterGroupName != parameters.Name {
				return nil
			}
			return i.reconfigure(ctx)
		}))
	}
	return errors.Join(problems...)
}

// report lists the instances, read replicas after what they replicate.
func (s *dbInstances) report() []Component {
	var sources, replicas []Component
	for _, i := range s.instances.all() {
		if i.source == nil {
			sources = append(sources, *i.components.Load()...)
		} else {
			replicas = append(replicas, *i.components.Load()...)
		}
	}
	return append(sources, replicas...)
}

func (s *dbInstances) close(ctx context.Context) error {
	var stops sync.WaitGroup
	instances := s.instances.all()
	problems := make([]error, len(instances))
	for n, i := range instances {
		stops.Go(func() { problems[n] = i.stop(ctx) })
	}
	stops.Wait()
	if s.postgres != nil {
		problems = append(problems, os.RemoveAll(s.postgres.dir), os.RemoveAll(s.cloud.path(outsideLink)))
	}
	return errors.Join(problems...)
}
