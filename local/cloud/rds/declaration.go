package rds

import (
	"errors"
	"fmt"
	"slices"

	"myclothes/local/cloud/aws"
)

// withDefaults fills in what AWS would, and refuses what AWS would.
func (d Instance) withDefaults(r aws.Resource, source *instance) (Instance, error) {
	if d.Identifier == "" {
		d.Identifier = r.Name
	}
	if source != nil {
		return d.asReplica(source.Spec())
	}
	if d.Port == 0 {
		d.Port = 5432
	}
	switch {
	case d.ReplicateSourceDB != "":
		return d, errors.New("a running database does not become a read replica")
	case d.Engine != "postgres":
		return d, fmt.Errorf("engine %q is not postgres, the only one the local cloud has", d.Engine)
	case d.Username == "" || d.Password == "":
		return d, errors.New("username and password are required: the local cloud does not manage master passwords")
	case slices.Contains([]string{"admin", "user", "rdsadmin"}, d.Username):
		return d, fmt.Errorf("username %q is a reserved word used by the engine", d.Username)
	case d.MultiAZ && d.AvailabilityZone != "":
		return d, errors.New("availabilityZone is not valid with multiAz")
	}
	return d, nil
}

// asReplica takes over what a read replica has from its source.
func (d Instance) asReplica(source Instance) (Instance, error) {
	switch {
	case source.BackupRetentionPeriod == 0:
		return d, fmt.Errorf("automated backups are not enabled for %s: its backupRetentionPeriod must not be 0", source.Identifier)
	case d.Username != "" || d.DBName != "" || d.Password != "":
		return d, errors.New("username, password and dbName are the source's: a read replica must not declare them")
	case d.ReplicateSourceDB == "":
		return d, errors.New("the local cloud does not promote read replicas")
	}
	d.Engine, d.Username, d.DBName = source.Engine, source.Username, source.DBName
	if d.EngineVersion == "" {
		d.EngineVersion = source.EngineVersion
	}
	if d.Port == 0 {
		d.Port = source.Port
	}
	if d.InstanceClass == "" {
		d.InstanceClass = source.InstanceClass
	}
	if d.DBSubnetGroupName == "" {
		d.DBSubnetGroupName = source.DBSubnetGroupName
	}
	if d.ParameterGroupName == "" {
		d.ParameterGroupName = source.ParameterGroupName
	}
	return d, nil
}

// checkFamily refuses a parameter group that is for another version.
func (s *Instances) checkFamily(d Instance) error {
	family, err := s.service.ParameterGroups.Family(d.ParameterGroupName)
	if want := "postgres" + major(d.EngineVersion); err == nil && family != "" && d.EngineVersion != "" && family != want {
		err = aws.Error{Code: "InvalidParameterCombination", Message: fmt.Sprintf(
			"The parameter group %s with DBParameterGroupFamily %s can't be used for this instance. Please use a parameter group with DBParameterGroupFamily %s.",
			d.ParameterGroupName, family, want)}
	}
	return err
}

// checkUpgrade refuses another version that RDS would not upgrade to.
func (s *Instances) checkUpgrade(before, d Instance) error {
	if major(before.EngineVersion) != major(d.EngineVersion) && !d.AllowMajorVersionUpgrade {
		return aws.Error{Code: "InvalidParameterCombination", Message: "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."}
	}
	return s.checkFamily(d)
}
