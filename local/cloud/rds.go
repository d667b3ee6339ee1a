package cloud

import (
	"context"
	"errors"
)

// DBParameterGroup is aws:rds/parameterGroup:ParameterGroup.
type DBParameterGroup struct {
	Family     string      `json:"family"`
	Parameters []Parameter `json:"parameters"`
}

// DBInstance is aws:rds/instance:Instance for PostgreSQL.
type DBInstance struct {
	Identifier            string   `json:"identifier"`
	Engine                string   `json:"engine"`
	EngineVersion         string   `json:"engineVersion"`
	DBName                string   `json:"dbName"`
	Username              string   `json:"username"`
	Password              string   `json:"password"`
	Port                  int      `json:"port"`
	MultiAZ               bool     `json:"multiAz"`
	AvailabilityZone      string   `json:"availabilityZone"`
	DBSubnetGroupName     string   `json:"dbSubnetGroupName"`
	ParameterGroupName    string   `json:"parameterGroupName"`
	VPCSecurityGroupIDs   []string `json:"vpcSecurityGroupIds"`
	BackupRetentionPeriod int      `json:"backupRetentionPeriod"`
	ReplicateSourceDB     string   `json:"replicateSourceDb"`
}

type dbInstances struct{ cloud *Cloud }

func newDBInstances(c *Cloud) *dbInstances { return &dbInstances{c} }

func (s *dbInstances) Create(context.Context, Resource, DBInstance) (Outputs, error) {
	return nil, errors.New("database instances: not yet")
}

func (s *dbInstances) Update(context.Context, Resource, DBInstance) (Outputs, error) {
	return nil, errors.New("database instances: not yet")
}

func (s *dbInstances) Delete(context.Context, Resource) error { return nil }
