package rds

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"myclothes/local/cloud/aws"
)

// What RDS says when it refuses a delete.
var (
	protected = aws.Error{Code: "InvalidParameterCombination",
		Message: "Cannot delete protected DB Instance, please disable deletion protection and try again."}
	noSnapshotName = aws.Error{Code: "InvalidParameterCombination",
		Message: "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."}
	snapshotOfReplica = aws.Error{Code: "InvalidParameterCombination",
		Message: "FinalDBSnapshotIdentifier can not be specified when deleting a replica instance"}
	snapshotExists = aws.Error{Code: "DBSnapshotAlreadyExists",
		Message: "Cannot create the snapshot because a snapshot with the identifier %s already exists."}
	parametersInUse = aws.Error{Code: "InvalidDBParameterGroupState",
		Message: "One or more database instances are still members of this parameter group %s, so the group cannot be deleted"}
	subnetsInUse = aws.Error{Code: "InvalidDBSubnetGroupStateFault",
		Message: "Cannot delete the subnet group '%s' because at least one database instance is still using it."}
)

// snapshotName is what RDS takes as the name of a snapshot: letters, digits and single
// hyphens, of which the first is a letter and the last no hyphen.
var snapshotName = regexp.MustCompile(`^[A-Za-z](-?[A-Za-z0-9])*$`)

// Delete stops a database, unless its declaration as it was applied last forbids that, as
// on AWS: "Deleting a DB instance", Amazon RDS User Guide. The final snapshot is a name
// that is taken from then on.
//
// A database is deleted although it has read replicas: "each read replica is promoted to a
// standalone DB instance". Here they go on serving what they have, and take no writes.
func (s *Instances) Delete(ctx context.Context, r aws.Resource) error {
	i, err := s.Get(r)
	if err != nil {
		return nil // it is not there
	}
	if err := s.takeFinalSnapshot(i); err != nil {
		return fmt.Errorf("database %s: %w", i.identifier(), err)
	}
	return s.Stores.Delete(ctx, r)
}

func (s *Instances) takeFinalSnapshot(i *instance) error {
	d := i.Spec()
	switch {
	case d.DeletionProtection:
		return protected
	case d.SkipFinalSnapshot:
		return nil
	case i.source != nil && d.FinalSnapshotIdentifier != "":
		return snapshotOfReplica
	case d.FinalSnapshotIdentifier == "":
		return noSnapshotName
	case !snapshotName.MatchString(d.FinalSnapshotIdentifier) || len(d.FinalSnapshotIdentifier) > 255:
		return aws.Error{Code: "InvalidParameterValue", Message: fmt.Sprintf("%q is not a valid identifier of a snapshot", d.FinalSnapshotIdentifier)}
	}
	return s.snapshots.Take(strings.ToLower(d.FinalSnapshotIdentifier), i.identifier())
}
