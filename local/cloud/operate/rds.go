package operate

import (
	"context"

	"myclothes/local/cloud/aws"
	"myclothes/local/cloud/rds"
)

// storing is Amazon RDS.
type storing struct{ databases *rds.Instances }

func (s storing) actions() map[string]action {
	return map[string]action{
		"DescribeDBInstances": act(s.describeDBInstances),
		"RebootDBInstance":    act(s.rebootDBInstance),
	}
}

type describeDBInstances struct {
	DBInstanceIdentifier string
	Filters              []filter `xml:"Filters>Filter"`
	MaxRecords           int
	Marker               string
}

type filter struct {
	Name   string
	Values []string `xml:"Values>Value"`
}

type dbInstances struct {
	DBInstances []dbInstance `xml:"DBInstances>DBInstance"`
	Marker      string       `xml:",omitempty"`
}

type dbInstance struct {
	DBInstanceIdentifier, DBInstanceStatus, DBInstanceArn string
	Engine, EngineVersion, MasterUsername                 string
	DBName                                                string `xml:",omitempty"`
	Endpoint                                              endpoint
	AvailabilityZone                                      string
	SecondaryAvailabilityZone                             string `xml:",omitempty"`
	MultiAZ                                               bool
	BackupRetentionPeriod                                 int
	VpcSecurityGroups                                     []vpcSecurityGroup `xml:"VpcSecurityGroups>VpcSecurityGroupMembership"`
	ReadReplicaSourceDBInstanceIdentifier                 string             `xml:",omitempty"`
	ReadReplicaDBInstanceIdentifiers                      []string           `xml:"ReadReplicaDBInstanceIdentifiers>ReadReplicaDBInstanceIdentifier"`
}

type vpcSecurityGroup struct{ VpcSecurityGroupId, Status string }

func (s storing) describeDBInstances(_ context.Context, in describeDBInstances) (out dbInstances, err error) {
	wanted, named := []string{}, in.DBInstanceIdentifier != ""
	if named {
		wanted = append(wanted, in.DBInstanceIdentifier)
	}
	for _, f := range in.Filters {
		if f.Name != "db-instance-id" {
			return out, aws.Errorf("InvalidParameterValue", "The local cloud has no filter %q", f.Name)
		}
		wanted = append(wanted, f.Values...)
	}
	all := only(s.databases.Describe(), wanted, func(d rds.Described) []string { return []string{d.Declared.Identifier, d.ARN} })
	if named && len(all) == 0 {
		return out, aws.Errorf("DBInstanceNotFound", "DBInstance %s not found.", in.DBInstanceIdentifier)
	}
	all, out.Marker, err = page(all, in.Marker, in.MaxRecords)
	for _, d := range all {
		out.DBInstances = append(out.DBInstances, shownDBInstance(d))
	}
	return out, err
}

type rebootDBInstance struct {
	DBInstanceIdentifier string
	ForceFailover        bool
}

type rebooted struct{ DBInstance dbInstance }

func (s storing) rebootDBInstance(ctx context.Context, in rebootDBInstance) (out rebooted, err error) {
	if err := s.databases.Reboot(ctx, in.DBInstanceIdentifier, in.ForceFailover); err != nil {
		return out, err
	}
	for _, d := range s.databases.Describe() {
		if d.Declared.Identifier == in.DBInstanceIdentifier {
			out.DBInstance = shownDBInstance(d)
			out.DBInstance.DBInstanceStatus = "rebooting"
		}
	}
	return out, nil
}

func shownDBInstance(d rds.Described) dbInstance {
	spec := d.Declared
	shown := dbInstance{
		DBInstanceIdentifier: spec.Identifier, DBInstanceStatus: "available", DBInstanceArn: d.ARN, Engine: spec.Engine,
		EngineVersion: d.Version, MasterUsername: spec.Username, DBName: spec.DBName, Endpoint: endpoint{d.Address, spec.Port},
		AvailabilityZone: d.Zone, SecondaryAvailabilityZone: d.StandbyZone, MultiAZ: spec.MultiAZ,
		BackupRetentionPeriod:                 spec.BackupRetentionPeriod,
		ReadReplicaSourceDBInstanceIdentifier: d.ReplicationOf, ReadReplicaDBInstanceIdentifiers: d.ReadReplicas,
	}
	if !d.Healthy {
		shown.DBInstanceStatus = "rebooting"
	}
	for _, group := range spec.VPCSecurityGroupIDs {
		shown.VpcSecurityGroups = append(shown.VpcSecurityGroups, vpcSecurityGroup{group, "active"})
	}
	return shown
}
