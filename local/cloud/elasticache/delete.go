package elasticache

import (
	"context"
	"fmt"

	"myclothes/local/cloud/aws"
)

// What ElastiCache says when it refuses a delete.
var (
	snapshotExists = aws.Error{Code: "SnapshotAlreadyExistsFault",
		Message: "Snapshot with specified name already exists: %s"}
	parametersInUse = aws.Error{Code: "InvalidCacheParameterGroupState",
		Message: "One or more cache clusters are still members of this parameter group %s, so the group cannot be deleted."}
	subnetsInUse = aws.Error{Code: "CacheSubnetGroupInUse",
		Message: "Cache subnet group %s is currently in use by a cache cluster."}
	snapshotsUnsupported = aws.Error{Code: "SnapshotFeatureNotSupportedFault",
		Message: "a snapshot of a cache on cache.t1.micro nodes is not supported"}
)

// Delete stops a replication group, and before that takes the final snapshot if the
// declaration as it was applied last names one: DeleteReplicationGroup, Amazon ElastiCache
// API Reference. The snapshot is a name that is taken from then on.
func (s *ReplicationGroups) Delete(ctx context.Context, r aws.Resource) error {
	g, err := s.Get(r)
	if err != nil {
		return nil // it is not there
	}
	if name := g.Spec().FinalSnapshotIdentifier; name != "" {
		err = s.snapshots.Take(name, g.Spec().ReplicationGroupID)
		if g.Spec().NodeType == "cache.t1.micro" {
			err = snapshotsUnsupported
		}
	}
	if err != nil {
		return fmt.Errorf("replication group %s: %w", g.Spec().ReplicationGroupID, err)
	}
	return s.Stores.Delete(ctx, r)
}
